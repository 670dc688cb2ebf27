import type { Account } from './account.ts';

/** What a run came to, line by line. @param took milliseconds */
export function summaryOf(account: Account, took: number): string[] {
  const counted = {
    ...account.counts,
    losses: account.found('loss'),
    leftovers: account.found('leftover'),
    faults: account.found('fault'),
    'seconds of the longest round': Math.round(account.longestRound / 100) / 10,
    seconds: Math.round(took / 1000),
  };
  const width = Math.max(...Object.keys(counted).map((name) => name.length));
  const table = Object.entries(counted).map(([name, count]) => `${name.padEnd(width)}  ${count}`);
  const shown = account.findings.slice(0, 20).map(({ kind, site, what }) => `${kind} at ${site}: ${what}`);
  return [...table, ...shown];
}
