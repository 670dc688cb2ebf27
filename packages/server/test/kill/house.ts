import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ending } from '../harness.ts';
import { Account } from './account.ts';
import { Ledger } from './ledger.ts';
import { Site } from './site.ts';

/** Two servers on PostgreSQL and Ceph, one on SQLite and disk; what they acknowledged, and what was found. */
export interface House {
  readonly sites: readonly Site[];
  readonly ledger: Ledger;
  readonly account: Account;
}

/**
 * Builds it in `folder`, or goes on with what is there.
 * @param shared the settings of store and records of the two; null: they are not there
 */
export async function buildHouse(
  t: Ending,
  folder: string,
  shared: Readonly<Record<string, string>> | null,
): Promise<House> {
  await mkdir(folder, { recursive: true });
  const account = new Account(join(folder, 'findings.jsonl'));
  const ledger = new Ledger(join(folder, 'ledger.jsonl'));
  const sites = [await Site.build(t, { name: 'solo', servers: 1, settings: {}, folder, account })];
  if (shared) {
    sites.push(await Site.build(t, { name: 'pair', servers: 2, settings: shared, folder, account }));
  }
  return { sites, ledger, account };
}
