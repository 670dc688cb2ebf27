import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbersOf, oneOf } from '../faults/seeded.ts';
import type { Backend } from './backends.ts';
import { ways } from './client.ts';
import { House } from './crash-house.ts';
import { KiB, MiB } from './crash-points.ts';

const types = ['fleeting', 'binned', 'kept'] as const;
/** Small ones often: more of them are at a step when the process dies. */
const sizes = [1 * KiB, 20 * KiB, 60 * KiB, 60 * KiB, 300 * KiB, 300 * KiB, 2 * MiB, 6 * MiB];
const clients = 6;

/** What `dieAtRandom` does is repeated by its seed, as far as the machine's own timing allows. */
export const seed = Number(process.env.STRONGROOM_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Kills the process at random moments of uploads, deletes and chores that run beside each other. */
export async function dieAtRandom(t: TestContext, backend: Backend, rounds: number): Promise<void> {
  const house = await House.build(t, backend);
  const random = numbersOf(seed);
  for (let round = 0; round < rounds; round++) {
    await house.start();
    const working = Array.from({ length: clients }, (_, at) => work(house, `round-${round}-${at}`, random));
    await sleep(200 + random() * 1800);
    await house.kill();
    await Promise.all(working);
    // The chores of the next process have what this one left, beside new uploads.
    await house.passTime();
  }
  await house.settle();
  await house.check();
  t.diagnostic(`${house.ledger.size} documents acknowledged in ${rounds} lives`);
}

/** Uploads, and deletes a third of what it has, until nobody answers. */
async function work(house: House, name: string, random: () => number): Promise<void> {
  const one = <T>(items: readonly T[]) => oneOf(random, items);
  for (let at = 0; ; at++) {
    const kept = await house.upload(`${name}-${at}`, one(ways), one(sizes), one(types));
    if (!kept) return;
    if (random() > 1 / 3) continue;
    await house.remove(kept);
    if (kept.deletion === 'asked') return;
  }
}
