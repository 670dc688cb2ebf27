import { setTimeout as sleep } from 'node:timers/promises';
import { numbersOf, oneOf } from '../faults/seeded.ts';
import type { Account } from './account.ts';
import { work } from './client-work.ts';
import { strike, strokesOf } from './killer.ts';
import type { Entry, Ledger } from './ledger.ts';
import { searchForLeftovers, settle } from './leftovers.ts';
import type { Site } from './site.ts';
import { hold, holdTrash } from './verdict.ts';

/** How many clients there are for each server. */
const clients = 3;
/** How many older uploads are held to the ledger in each round, at each site. */
const sample = 12;

export interface RoundsParts {
  readonly sites: readonly Site[];
  readonly ledger: Ledger;
  readonly account: Account;
  readonly seed: number;
  /** What tells this run's recordIds from an earlier run's in the same ledger. */
  readonly run: string;
}

/**
 * Rounds of work under kills, cuts and faults. Each begins by starting every server and holding to the ledger what the
 * round before has touched, and ends with the death of all of them. Ends early when something is found.
 */
export async function runRounds(
  parts: RoundsParts,
  rounds: number,
  said: (round: number) => void,
): Promise<void> {
  const { sites, account, ledger } = parts;
  for (let round = 1; round <= rounds && account.findings.length === 0; round++) {
    const touched = ledger.takeTouched();
    const began = performance.now();
    await Promise.all(
      sites.map(async (site, at) => {
        const random = numbersOf(parts.seed + round * 1000 + at);
        await site.start();
        const older = Array.from({ length: sample }, () => anyOf(parts, site, random));
        const all = new Set([...touched, ...older].filter((entry) => entry?.site === site.name));
        await hold(judgeOf(parts, site), [...all] as Entry[]);
        await oneRound(parts, site, `${parts.run}-${round}`, random);
      }),
    );
    account.round(performance.now() - began);
    said(round);
  }
}

/** Everything is started once more and left alone; then the whole ledger is held to reality. */
export async function judgeAll(parts: RoundsParts): Promise<void> {
  await Promise.all(
    parts.sites.map(async (site) => {
      await site.start();
      await settle(site);
      const ofSite = () => [...parts.ledger.entries()].filter((entry) => entry.site === site.name);
      await hold(judgeOf(parts, site), ofSite());
      await searchForLeftovers(site, parts.ledger);
      await holdTrash(judgeOf(parts, site), ofSite());
    }),
  );
}

async function oneRound(
  { ledger, account }: RoundsParts,
  site: Site,
  round: string,
  random: () => number,
): Promise<void> {
  const length = 800 + random() * 1400;
  const strokes = strokesOf(random, length, site);
  const over = new AbortController();
  const { name, apis, ways } = site;
  const busy = clientsOf(site).map((client) =>
    work(
      { site: name, name: client, round, apis, ways, ledger, account, random: numbersOf(random() * 2 ** 31) },
      over.signal,
    ),
  );
  busy.push(strike(site, strokes, over.signal));
  const broken = new Promise<never>((_, reject) => {
    for (const one of busy) one.catch(reject);
  });
  await Promise.race([sleep(length), broken]);
  over.abort();
  await site.powerCut();
  await Promise.all(busy);
}

function judgeOf({ ledger, account }: RoundsParts, { name, apis }: Site) {
  return { site: name, apis, ledger, account };
}

function clientsOf({ name, hosts }: Site): string[] {
  return Array.from({ length: hosts.length * clients }, (_, at) => `${name}-${at + 1}`);
}

function anyOf({ ledger }: RoundsParts, site: Site, random: () => number): Entry | undefined {
  const all = ledger.of(oneOf(random, clientsOf(site)));
  return ledger.get(oneOf(random, all));
}
