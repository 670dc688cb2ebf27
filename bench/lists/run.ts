import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, medianInterval } from '../statistics.ts';
import { type Listing, listings, searches } from './listings.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Table } from './tables.ts';

/**
 * Every list that is offered, among few documents and among many: what it costs the service and the database, and
 * whether it costs more. Times are of CPU. The rows and pages that PostgreSQL looked at don't depend on the machine; a page
 * more for each state is the tree of the index, which is a level higher among many. Its bar is on rows and CPU.
 */

const help = `npm run bench:lists -- [options]
  --few N          documents in the small table (10000)
  --many N         documents in the large one (1000000)
  --database NAME  only postgres or sqlite
`;

const bar = 1.5;
const rounds = 7;
const inRound = 10;

/** What a listing cost in the small table and in the large one. */
interface Cost {
  readonly listing: Listing;
  /** Of CPU, milliseconds each: the process of the service, and the database's. */
  readonly service: Pair;
  readonly database: Pair | null;
  /** Before and after statistics were taken. */
  readonly examined: readonly Looked[];
}

interface Looked {
  readonly rows: Pair;
  readonly pages: Pair;
}

interface Pair {
  readonly few: number;
  readonly many: number;
  readonly ratio: number;
  /** The lower end of the ratio's interval: a bar is missed when it lies above it. */
  readonly low: number;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      few: { type: 'string', default: '10000' },
      many: { type: 'string', default: '1000000' },
      database: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(help);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-lists-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['postgres', 'sqlite'].filter((name) => (values.database ?? name) === name)) {
    await using stack = new AsyncDisposableStack();
    const open = (count: number) =>
      name === 'postgres' ? openPostgres(count, stack) : openSqlite(folder, count, stack);
    const [few, many] = [await open(Number(values.few)), await open(Number(values.many))];
    say(`\n${name}: ${values.few} and ${values.many} documents`);
    report(await compare(few, many));
  }
}

async function compare(few: Table, many: Table): Promise<Cost[]> {
  const all = [...listings(), ...searches()];
  const before: (Looked | null)[] = [];
  for (const listing of all) before.push(await looked(listing, few, many));
  await few.prepare?.();
  await many.prepare?.();
  const costs: Cost[] = [];
  for (const [index, listing] of all.entries()) {
    const examined = [before[index], await looked(listing, few, many)].filter((one) => one != null);
    costs.push({ listing, examined, ...(await times(listing, few, many)) });
  }
  return costs;
}

async function looked(listing: Listing, few: Table, many: Table): Promise<Looked | null> {
  if (!few.examined || !many.examined) return null;
  const [a, b] = [await few.examined(listing), await many.examined(listing)];
  return { rows: pair([a.rows], [b.rows]), pages: pair([a.pages], [b.pages]) };
}

/** By turns, each pair the other way round than the one before. Raises an Error when the pages are not alike. */
async function times(listing: Listing, few: Table, many: Table) {
  const spent = { few: [] as Spent[], many: [] as Spent[] };
  for (let round = 0; round <= rounds; round += 1) {
    const turns = [
      ['few', few],
      ['many', many],
    ] as const;
    for (const [name, table] of round % 2 === 0 ? turns : turns.toReversed()) {
      const took = await ask(table, listing);
      // The first is for warming up.
      if (round > 0) spent[name].push(took);
    }
  }
  const [a, b] = [spent.few[0]?.documents, spent.many[0]?.documents];
  if (a !== b) throw new Error(`${told(listing)}: a page of ${a} beside one of ${b}`);
  const database = pair(
    spent.few.map((one) => one.database),
    spent.many.map((one) => one.database),
  );
  const service = pair(
    spent.few.map((one) => one.service),
    spent.many.map((one) => one.service),
  );
  return { service, database: few.cpu ? database : null };
}

interface Spent {
  readonly service: number;
  readonly database: number;
  readonly documents: number;
}

/** Milliseconds of CPU of one of `inRound` lists, all at once. */
async function ask({ records, cpu }: Table, listing: Listing): Promise<Spent> {
  const before = [process.cpuUsage(), (await cpu?.()) ?? 0] as const;
  const all = await Promise.all(Array.from({ length: inRound }, () => asked(records, listing)));
  const { user, system } = process.cpuUsage(before[0]);
  return {
    service: (user + system) / 1000 / inRound,
    database: (((await cpu?.()) ?? 0) - before[1]) / inRound,
    documents: all[0]?.documents.length ?? 0,
  };
}

function asked(records: Table['records'], { filter, page, search }: Listing) {
  if (search === undefined) return records.find(filter, page);
  const { wanted, after } = search;
  return records.search(wanted, { limit: page.limit, ...(after && { after }) });
}

function pair(few: readonly number[], many: readonly number[]): Pair {
  const ratios = many.map((one, round) => one / (few[round] ?? Number.NaN));
  const { low } = medianInterval(ratios, 0.9);
  return { few: median(few), many: median(many), ratio: median(ratios), low };
}

const told = ({ scope, sort, how }: Listing) => `${scope} by ${sort}, ${how}`;

const titles = ['lists', 'rows', 'ratio', 'pages', 'ratio', 'database ms', 'ratio', 'service ms', 'ratio'];

/** One line for each scope and sort, with its dearest list; then what missed the bar. */
function report(costs: readonly Cost[]): void {
  say(`${''.padEnd(26)}${titles.map((title) => title.padStart(12)).join('')}`);
  for (const [name, group] of Map.groupBy(costs, ({ listing }) => `${listing.scope} by ${listing.sort}`)) {
    const examined = group.flatMap((cost) => cost.examined);
    const cells = [
      String(group.length),
      ...cellsOf(
        examined.map(({ rows }) => rows),
        0,
      ),
      ...cellsOf(
        examined.map(({ pages }) => pages),
        0,
      ),
      ...cellsOf(
        group.flatMap(({ database }) => database ?? []),
        2,
      ),
      ...cellsOf(
        group.map(({ service }) => service),
        2,
      ),
    ];
    say(`${name.padEnd(26)}${cells.map((cell) => cell.padStart(12)).join('')}`);
  }
  const missed = costs.filter((cost) => barred(cost).some(({ low }) => low > bar));
  say(
    `${costs.length} lists; bar ${bar}: ${missed.length === 0 ? 'holds for all' : `MISSED by ${missed.length}`}`,
  );
  for (const cost of missed) {
    const ratios = barred(cost).map(({ ratio, low }) => `${ratio.toFixed(2)} (from ${low.toFixed(2)})`);
    say(`  ${told(cost.listing)}: ${ratios.join(', ')}`);
  }
}

/**
 * What the bar is on: rows, and CPU. A search among records reads a page from each state, of which a small table may not have so
 * many: its rows are held by test/contracts/records-paging-*.test.ts.
 */
function barred({ listing, examined, database, service }: Cost): Pair[] {
  const rows = listing.search?.half === 'record' ? [] : examined.map((looked) => looked.rows);
  return [...rows, ...(database ? [database] : []), service];
}

/** The most that a list of the group costs in the large table, and the highest ratio. */
function cellsOf(pairs: readonly Pair[], digits: number): [string, string] {
  if (pairs.length === 0) return ['–', '–'];
  return [
    Math.max(...pairs.map(({ many }) => many)).toFixed(digits),
    Math.max(...pairs.map(({ ratio }) => ratio)).toFixed(2),
  ];
}

await main();
