export interface Bounds {
  readonly rows: number;
  readonly columns: number;
}

export interface Csv {
  readonly rows: readonly (readonly string[])[];
  /** There was more than the bounds let in. */
  readonly moreRows: boolean;
  readonly moreColumns: boolean;
}

/**
 * Reads CSV (RFC 4180): fields in quotes may hold separators, line ends and doubled quotes; lines end in CRLF, LF or CR. As
 * spreadsheets write it, the separator may be a semicolon or a tab too: that which the first line has most of. What is no CSV
 * is read all the same, as the cells it looks like.
 */
export function readCsv(text: string, bounds: Bounds): Csv {
  const source = text.replace(/^\ufeff/, '');
  const cell = cellPattern(separatorOf(source));
  const rows: string[][] = [];
  let row: string[] = [];
  let moreColumns = false;
  for (cell.lastIndex = 0; cell.lastIndex < source.length; ) {
    if (rows.length === bounds.rows) return { rows, moreRows: true, moreColumns };
    const [, quoted, tail = '', plain = '', end = ''] = cell.exec(source) ?? [];
    if (row.length < bounds.columns) row.push(quoted === undefined ? plain : unquoted(quoted) + tail);
    else moreColumns = true;
    if (isSeparator(end) && cell.lastIndex < source.length) continue;
    if (isSeparator(end) && row.length < bounds.columns) row.push('');
    rows.push(row);
    row = [];
  }
  return { rows, moreRows: false, moreColumns };
}

/** One cell and what ends it: a field in quotes (and what wrongly follows it), or one without; separator, line end or end. */
function cellPattern(separator: string): RegExp {
  const plain = `[^${separator}\\r\\n]*`;
  return new RegExp(`(?:"((?:[^"]|"")*)(?:"|$)(${plain})|(${plain}))(${separator}|\\r\\n|\\r|\\n|$)`, 'y');
}

function unquoted(quoted: string): string {
  return quoted.replaceAll('""', '"');
}

const separators = [',', ';', '\t'];

function isSeparator(end: string): boolean {
  return separators.includes(end);
}

/** Of the first line, without what stands in quotes. The comma when none is there more often. */
function separatorOf(source: string): string {
  const [line = ''] = source
    .slice(0, 10_000)
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/[\r\n]/, 1);
  const times = (separator: string) => line.split(separator).length;
  return separators.reduce((best, next) => (times(next) > times(best) ? next : best));
}
