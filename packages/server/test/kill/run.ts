/**
 * `npm run test:kill`: clients upload, read, list, link, archive, delete and restore, while their servers are killed,
 * connections cut, and stores and databases taken away; what was acknowledged is held to what is there. Exit code 1
 * when something was lost or left over; the folder with the evidence is named.
 */
import { startPostgres, startS3 } from '../engines/engines.ts';
import type { Ending } from '../harness.ts';
import type { Account } from './account.ts';
import { readArguments, usage, type Wish } from './arguments.ts';
import { Folder } from './folder.ts';
import { buildHouse } from './house.ts';
import { judgeAll, runRounds } from './rounds.ts';
import { summaryOf } from './summary.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Whether all is well. If not, the engines leave their data too. */
async function main(wish: Wish, folder: Folder): Promise<boolean> {
  await using ending = new AsyncDisposableStack();
  try {
    const engines = await Promise.all([
      startS3(folder.engine('ceph')),
      startPostgres(folder.engine('postgres')),
    ]);
    for (const { missing, environment, stop } of engines) {
      ending.defer(stop);
      if (missing !== null) throw new Error(missing);
      Object.assign(process.env, environment);
    }
    const t = { after: (undo: unknown) => ending.defer(undo as () => Promise<void>) };
    const account = await roundsIn(t, wish, folder);
    if (account.findings.length === 0) return true;
  } catch (error) {
    print(`broken off; what there is stays in ${folder.leave()}`);
    throw error;
  }
  print(`the evidence is in ${folder.leave()}`);
  return false;
}

async function roundsIn(t: Ending, { rounds, seed }: Wish, folder: Folder): Promise<Account> {
  const began = performance.now();
  print(`seed ${seed}`);
  const house = await buildHouse(t, folder.path, await folder.bucketAndDatabase());
  const parts = { ...house, seed, run: Date.now().toString(36) };
  await runRounds(parts, rounds, (round) => {
    const { kills, 'uploads acknowledged': acknowledged } = house.account.counts;
    print(`round ${round} of ${rounds}: ${kills} kills, ${acknowledged} uploads acknowledged so far`);
  });
  await judgeAll(parts);
  summaryOf(house.account, performance.now() - began).forEach(print);
  return house.account;
}

let wish: Wish;
try {
  wish = readArguments(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${usage}\n`);
  process.exit(2);
}
const folder = new Folder(wish.keep);
process.on('exit', () => folder.close());
// Servers and engines end with their pipes to us.
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(name, () => process.exit(code));
}
process.exitCode = (await main(wish, folder)) ? 0 : 1;
