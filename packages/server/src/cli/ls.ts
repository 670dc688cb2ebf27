import type { Document, Filter, Page } from './client.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { connect, told } from './connect.ts';
import { bytes, cut, note, painted, plain, print, printJson, table } from './output.ts';
import { UsageError } from './usage.ts';

const defaultLimit = 50;
const pageSize = 200;

/** `strongroom ls`: a table on standard output; with --json `{items, nextCursor}`. */
export async function ls(given: readonly string[]): Promise<void> {
  const line = commandLine('ls', given);
  if (line.words.length > 0) throw new UsageError(`ls takes options only, not "${line.words.join(' ')}"`);
  const most = line.flag('all') ? Number.POSITIVE_INFINITY : limitIn(line);
  const { items, nextCursor } = await found(line, most);
  if (line.flag('json')) return printJson({ items, nextCursor });
  if (items.length === 0) return note('There are none.');
  for (const row of rowsOf(items)) print(row);
  if (nextCursor !== null) note(`There are more: --limit N or --all shows them.`);
}

function limitIn(line: CommandLine): number {
  const text = line.text('limit') ?? String(defaultLimit);
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError('--limit takes a whole number from 1');
  return Number(text);
}

async function found(
  line: CommandLine,
  most: number,
): Promise<{ items: Document[]; nextCursor: string | null }> {
  const strongroom = connect(line);
  const items: Document[] = [];
  let cursor: string | null = null;
  try {
    do {
      const limit = Math.min(pageSize, most - items.length);
      const filter: Filter = { ...filterIn(line), limit, ...(cursor === null ? {} : { cursor }) };
      const page: Page<Document> = await strongroom.list(filter).page();
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null && items.length < most);
  } catch (error) {
    throw told(error);
  }
  return { items, nextCursor: cursor };
}

function filterIn(line: CommandLine): Filter {
  return {
    recordId: line.text('record'),
    type: line.text('type'),
    q: line.text('search'),
    state: line.text('state'),
    createdAfter: line.text('after'),
    createdBefore: line.text('before'),
    sort: line.text('sort') as Filter['sort'],
  };
}

/** Record ids and types are cut on a terminal only: elsewhere a program may read them. */
function rowsOf(items: readonly Document[]): string[] {
  const terminal = process.stdout.isTTY === true;
  const short = (text: string) => (terminal ? cut(plain(text), 24) : plain(text));
  const [head = '', ...rows] = table([
    ['ID', 'CREATED', 'RECORD', 'TYPE', 'STATE', 'SIZE', 'NAME'],
    ...items.map(({ id, createdAt, recordId, type, state, size, filename }) => [
      id,
      createdAt.slice(0, 16).replace('T', ' '),
      short(recordId),
      short(type),
      state,
      (size === null ? '–' : bytes(size)).padStart(7),
      plain(filename),
    ]),
  ]);
  return [painted('bold', head, process.stdout), ...rows];
}
