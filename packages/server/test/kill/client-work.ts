import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../acceptance/client.ts';
import { oneOf } from '../faults/seeded.ts';
import type { Account } from './account.ts';
import { bodyOf } from './body.ts';
import { changeOne } from './changes.ts';
import { type Entry, type Ledger, trash, type Upload } from './ledger.ts';
import { listOne, openLink, readOne } from './reads.ts';
import { KiB, MiB, send } from './uploads.ts';

/** One of the clients of a site. What it uploads it alone changes, so that it knows what must be true. */
export interface Client {
  readonly site: string;
  /** The same in every round and run. */
  readonly name: string;
  /** Begins the recordIds of what it uploads in this round. */
  readonly round: string;
  /** The ways in that its servers offer. */
  readonly ways: readonly Upload['way'][];
  /** The servers; it asks any of them at any time. */
  readonly apis: readonly ApiClient[];
  readonly ledger: Ledger;
  readonly account: Account;
  readonly random: () => number;
}

/** Small ones often: more of them are at a step when a server dies. The largest go in parts. */
const sizes = [
  ...[1, 100, 5 * KiB, 20 * KiB, 20 * KiB, 60 * KiB, 64 * KiB, 64 * KiB + 1, 100 * KiB, 300 * KiB],
  ...[1, 100, 5 * KiB, 20 * KiB, 20 * KiB, 60 * KiB, 64 * KiB, 64 * KiB + 1, 100 * KiB, MiB],
  ...[1, 100, 5 * KiB, 20 * KiB, 20 * KiB, 60 * KiB, 64 * KiB, 64 * KiB + 1, 3 * MiB, 9 * MiB],
];

/** Works until `signal` fires. What is under way then, breaks. */
export async function work(client: Client, signal: AbortSignal): Promise<void> {
  const { random } = client;
  for (let count = 0; !signal.aborted; count++) {
    const choice = random();
    if (choice < 0.4) await uploadNew(client, count, signal);
    else if (choice < 0.5) await retryOld(client, signal);
    else if (choice < 0.8) await withMine(client, changeOne);
    else if (choice < 0.9) await withMine(client, readOne);
    else if (choice < 0.95) await withMine(client, openLink);
    else await withMine(client, listOne);
    await sleep(random() * 30);
  }
}

async function uploadNew(client: Client, count: number, signal: AbortSignal): Promise<void> {
  const { random, site, name } = client;
  const recordId = `${name}-${client.round}-${count}`;
  const size = oneOf(random, sizes);
  const entry = client.ledger.begin({
    recordId,
    site,
    owner: name,
    type: oneOf(random, Object.keys(trash) as (keyof typeof trash)[]),
    way: oneOf(random, client.ways),
    size,
    sha256: bodyOf(recordId, size).sha256,
    idempotencyKey: random() < 0.5 ? `key-of-${recordId}` : null,
  });
  await send(client, entry, signal);
}

/** An upload of an earlier round whose answer was lost, with its Idempotency-Key once more; or one that is to go on. */
async function retryOld(client: Client, signal: AbortSignal): Promise<void> {
  const lost = recent(client).find(
    ({ may, idempotencyKey, upload }) =>
      may.includes('absent') && may.includes('available') && (idempotencyKey ?? upload),
  );
  if (lost) await send(client, lost, signal);
}

async function withMine(client: Client, act: (client: Client, entry: Entry) => Promise<void>): Promise<void> {
  const old = Array.from({ length: 4 }, () => mine(client, client.random()));
  const known = oneOf(client.random, [recent(client), old]).filter((entry) => entry?.id);
  const living = known.filter((entry) => !entry?.may.includes('gone'));
  const entry = oneOf(client.random, living.length > 0 ? living : known);
  if (entry) await act(client, entry);
}

/** The newest of its own uploads. */
function recent({ ledger, name }: Client): Entry[] {
  return ledger
    .of(name)
    .slice(-30)
    .flatMap((recordId) => ledger.get(recordId) ?? []);
}

/** One of all its own uploads. */
function mine({ ledger, name }: Client, random: number): Entry | undefined {
  const all = ledger.of(name);
  return ledger.get(all[Math.floor(random * all.length)] ?? '');
}
