import { StrongroomError } from '../errors.ts';
import type { Revocation, RevocationPosition, RevocationRecords } from './revocation-records.ts';

/** How old what is known of revocations may be, and from when on it is asked for again. Milliseconds. */
const goodFor = 5_000;
const askedAgainAfter = 2_500;
const pageSize = 1_000;
/** A transaction that began earlier may commit later: so far back is read once more. Longer than any statement may take. */
const overlap = 60_000;
/** Clocks of servers and database may differ: what has expired is kept revoked for so long. Milliseconds. */
const keptLonger = 24 * 3_600_000;
const tidiedEvery = 600_000;

/**
 * What was revoked, known to every server within five seconds: one list for all, read on use and a part at a time, so that
 * a call costs no question of its own. While it can't be read, nothing that could be on it is let in.
 */
export class Revocations {
  readonly #records: RevocationRecords;
  readonly #now: () => number;
  /** When each is needed no longer, epoch milliseconds. */
  readonly #revoked = new Map<string, number>();
  #last: RevocationPosition | null = null;
  /** When the question was asked that the list is the answer to. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #tidiedAt = 0;
  #reading: Promise<void> | null = null;

  /** @param now milliseconds of a clock that never goes back */
  constructor(records: RevocationRecords, now: () => number = () => performance.now()) {
    this.#records = records;
    this.#now = now;
  }

  /** Whether any of `ids` is revoked. Raises `records_unavailable`. */
  async include(...ids: readonly string[]): Promise<boolean> {
    if (this.#age() >= goodFor) await this.#read();
    else if (this.#age() >= askedAgainAfter) this.#read().catch(() => {});
    if (this.#age() >= goodFor) throw new StrongroomError('records_unavailable', {});
    return ids.some((id) => this.#revoked.has(id));
  }

  /** Revokes `id`, which expires by itself at `expiresAt` (epoch milliseconds). Raises `records_unavailable`. */
  async add(id: string, expiresAt: number): Promise<void> {
    const keptFor = expiresAt - Date.now() + keptLonger;
    if (keptFor <= 0) return;
    await this.#records.revoke(id, keptFor);
    this.#revoked.set(id, Date.now() + keptFor);
  }

  #age(): number {
    return this.#now() - this.#askedAt;
  }

  /** One at a time, whoever asks. */
  #read(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readOn(): Promise<void> {
    const askedAt = this.#now();
    let after = this.#last && { id: '', revokedAt: this.#last.revokedAt - overlap };
    for (;;) {
      const page: readonly Revocation[] = await this.#records.revocations(after, pageSize);
      for (const { id, expiresAt } of page) this.#revoked.set(id, expiresAt);
      after = page.at(-1) ?? after;
      if (page.length < pageSize) break;
    }
    if (after !== null && after.revokedAt > (this.#last?.revokedAt ?? 0)) this.#last = after;
    this.#askedAt = askedAt;
    if (askedAt - this.#tidiedAt >= tidiedEvery) this.#tidy(askedAt);
  }

  #tidy(at: number): void {
    this.#tidiedAt = at;
    for (const [id, until] of this.#revoked) if (until < Date.now()) this.#revoked.delete(id);
  }
}
