import { readCsv } from './csv.ts';
import { make, note, scroller } from './parts.ts';
import type { Opening } from './protocol.ts';
import type { Stage } from './stage.ts';
import { cutNotes, textOf } from './text.ts';

/** What a browser lays out without pausing, the names of the columns apart. Who needs more opens it in a spreadsheet. */
const most = { rows: 1000, columns: 50 };

/** A CSV as a table. Its first line is taken for the names of the columns. */
export function showTable({ bytes, size, filename }: Opening, stage: Stage): void {
  const { rows, moreRows, moreColumns } = readCsv(textOf(bytes, size), { ...most, rows: most.rows + 1 });
  const [names = [], ...lines] = rows;
  const notes = cutNotes(bytes, size, stage);
  if (moreRows) notes.push(note(stage.word('preview.cut-rows', { count: stage.number(most.rows) })));
  if (moreColumns) notes.push(note(stage.word('preview.cut-columns', { count: stage.number(most.columns) })));
  const table = make(
    'table',
    {},
    make('thead', {}, row('th', stage.word('preview.row'), names)),
    make('tbody', {}, ...lines.map((line, at) => row('td', stage.number(at + 1), line))),
  );
  const scroll = scroller(stage.word('preview.table', { name: filename }), table);
  stage.body.replaceChildren(...notes, scroll);
  stage.shown(() => scroll.offsetTop + table.offsetHeight);
}

function row(kind: 'th' | 'td', number: string, cells: readonly string[]): HTMLElement {
  const head = make('th', { scope: kind === 'th' ? 'col' : 'row', className: 'number' }, number);
  const made = cells.map((cell) => make(kind, { dir: 'auto' }, cell));
  return make('tr', {}, head, ...made);
}
