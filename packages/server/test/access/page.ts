/** The table in docs/access.md, which says what these tests hold the service to. */
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../../../docs/access.md', import.meta.url), 'utf8');

export interface Row {
  /** Methods and paths, as OpenAPI writes them. */
  readonly routes: readonly string[];
  /** What is answered, by the name of the column. */
  readonly cells: ReadonlyMap<string, string>;
}

const lines = text.split('\n').filter((line) => line.startsWith('|'));
const head = lines.findIndex((line) => line.startsWith('| call |'));
const columns = cellsOf(lines[head] ?? '').slice(1);

export const rows: readonly Row[] = lines.slice(head + 2).map((line) => {
  const [routes = '', ...cells] = cellsOf(line);
  if (cells.length !== columns.length)
    throw new Error(`${routes} has ${cells.length} cells, not ${columns.length}`);
  return {
    routes: [...routes.matchAll(/`([^`]+)`/g)].map(([, route = '']) => route),
    cells: new Map(columns.map((column, at) => [column, cells[at] ?? ''])),
  };
});

/** The codes that the table says by a word. */
const words: Readonly<Record<string, string>> = {
  unauthenticated: '401',
  grant_expired: 'expired',
  not_allowed: '403',
  csrf_refused: 'csrf',
  document_missing: '404',
  invalid_input: '422',
};

/** An answer as the table says it: the status, or what a problem is called there. */
export function worded(status: number, code: string | undefined): string {
  return code === undefined ? `${status}` : (words[code] ?? `${status} ${code}`);
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
