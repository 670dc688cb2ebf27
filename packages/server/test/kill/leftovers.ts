import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../acceptance/crash-records.ts';
import type { StoreLook } from '../acceptance/store-look.ts';
import type { Ledger } from './ledger.ts';
import type { Site } from './site.ts';

/** Milliseconds in which uploads that died are found dead, and what they had under way at the store has ended. */
const dying = 3_000;
const patience = 60_000;

/** Lets the chores end what they have to do: time passes for leases and the trash. Rows that they leave are findings. */
export async function settle({ records, store, account, name }: Site): Promise<void> {
  await sleep(dying);
  for (const end = performance.now() + patience; ; await sleep(500)) {
    await records.passTime();
    const busy = (await records.rows()).filter((row) => !isQuiet(row)).map((row) => JSON.stringify(row));
    if (busy.length === 0) busy.push(...(await scratchIn(store)));
    if (busy.length === 0) return;
    if (performance.now() < end) continue;
    for (const left of busy) account.find('leftover', name, `the chores leave ${left}`);
    return;
  }
}

/**
 * After `settle`: every row is in the ledger, every object has its row and every row its object, and nothing else takes
 * place in store or on disk.
 */
export async function searchForLeftovers(site: Site, ledger: Ledger): Promise<void> {
  const find = (kind: 'loss' | 'leftover', what: string) => site.account.find(kind, site.name, what);
  const rows = await site.records.rows();
  for (const row of rows)
    if (!isKnown(row, ledger)) find('leftover', `nobody knows of ${JSON.stringify(row)}`);
  const wanted = new Set(rows.map(({ key }) => key));
  const there = new Set(await site.store.keys());
  for (const key of there) if (!wanted.has(key)) find('leftover', `the object ${key} has no record`);
  for (const key of wanted) if (!there.has(key)) find('loss', `the object ${key} is not there`);
  for (const left of await site.store.leftovers()) find('leftover', `half-written: ${left}`);
  for (const left of await site.store.emptied()) find('leftover', `left behind: ${left}`);
}

/** What uploads that go on have there on their way: an object on S3, a file on disk. */
async function scratchIn(store: StoreLook): Promise<string[]> {
  const all = [...(await store.keys()), ...(await store.leftovers())];
  return all.filter((key) => key.startsWith('.strongroom/uploads/'));
}

/** Nothing more will happen to it by itself. */
function isQuiet({ state, type }: Row): boolean {
  return state === 'available' || state === 'archived' || (state === 'deleted' && type === 'kept');
}

function isKnown({ recordId, id }: Row, ledger: Ledger): boolean {
  return ledger.get(recordId)?.id === id;
}
