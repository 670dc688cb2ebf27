import type { Records } from '../../packages/server/src/records/records.ts';
import type { Listing } from './listings.ts';

/** Documents in a database of their own. */
export interface Table {
  readonly records: Records;
  /** Has the database take statistics, where it does. */
  readonly prepare: (() => Promise<void>) | null;
  /** The rows and pages that the database looked at for a list, where it tells. */
  readonly examined: ((listing: Listing) => Promise<{ rows: number; pages: number }>) | null;
  /** Milliseconds of CPU so far of the database's own processes, where it has some. */
  readonly cpu: (() => Promise<number>) | null;
}
