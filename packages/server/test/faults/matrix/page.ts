/** The fault matrix as the page of operators shows it, written from the cells that the tests hold. */
import { type Call, type Cell, calls, fine, isUpload, type Peer, type Row, uploads } from './cells.ts';

/** What a row's note says of downloads that are broken off. */
export const oneChunk = 'A document that comes in one piece is answered `500 internal`.';

const begin = '<!-- The table is written by packages/server/test/faults/matrix/write-page.ts -->';
const end = '<!-- End of the table -->';

/** `page` with the matrix in its place. */
export function withMatrix(page: string, peers: readonly Peer[]): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`the page has no place "${begin}" … "${end}"`);
  return `${before}${begin}\n\n${peers.map(table).join('\n')}\n${end}${after}`;
}

function table({ name, rows }: Peer): string {
  const columns = ['uploads', ...calls.filter((call) => !isUpload(call))];
  const head = `| ${name}: when … | cause in the log | ${columns.join(' | ')} |\n|---|---|${'---|'.repeat(columns.length)}\n`;
  return head + rows.map(line).join('');
}

function line(row: Row): string {
  const fault = row.note === undefined ? row.fault : `${row.fault}. ${row.note}`;
  const causes = row.causes.map((cause) => `\`${cause}\``).join(', ');
  const others = calls.filter((call) => !isUpload(call)).map((call) => word(call, row.cells[call]));
  return `| ${[fault, causes, uploadsOf(row), ...others].join(' | ')} |\n`;
}

/** The three ways in as one, where they fare alike. */
function uploadsOf({ cells }: Row): string {
  const words = uploads.map((way) => word(way, cells[way]));
  const alike = words.every((each) => each === words[0]);
  return alike ? `${words[0]}` : uploads.map((way, at) => `${way}: ${words[at]}`).join('; ');
}

function word(call: Call, cell: Cell | undefined): string {
  if (cell === undefined) return '–';
  if (fine[call].every((part, at) => part === cell[at])) return 'works';
  const [sees, , leaves] = cell;
  const status = sees.split(' ')[0] ?? sees;
  const isNothing = leaves === 'untouched' || leaves === 'nothing';
  return isNothing ? status : `${status} → ${leaves}`;
}
