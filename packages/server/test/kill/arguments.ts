import { parseArgs } from 'node:util';

/** What a run is asked for. */
export interface Wish {
  readonly rounds: number;
  /** A folder that keeps ledger, data and engines for the next run to go on with; null: all goes at the end. */
  readonly keep: string | null;
  /** From which the moments of kills, cuts and faults follow, and what the clients choose. */
  readonly seed: number;
}

export const usage = `npm run test:kill -- [--rounds N] [--keep FOLDER] [--seed N]
  --rounds N     how often everything is killed, 1 or more; default 20
  --keep FOLDER  go on with what an earlier run left there, and leave it for the next
  --seed N       the choice of moments, as a run printed it; default random`;

/** Raises an error in words when they can't be read. */
export function readArguments(words: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...words],
    options: { rounds: { type: 'string' }, keep: { type: 'string' }, seed: { type: 'string' } },
  });
  return {
    rounds: whole('--rounds', values.rounds ?? '20', 1),
    keep: values.keep ?? null,
    seed: whole('--seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)), 0),
  };
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`${name} takes a whole number from ${least}, not "${text}"`);
}
