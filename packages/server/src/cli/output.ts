import { styleText } from 'node:util';

/** What was asked for goes to standard output, words about it to standard error. */
export function print(line: string): void {
  process.stdout.write(`${tame(line)}\n`);
}

/** What moves a terminal is escaped, which leaves the same JSON. `JSON.stringify` does that for C0 alone. */
export function printJson(value: unknown): void {
  const json = JSON.stringify(value, null, 2);
  print(json.replaceAll(/[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, inJson));
}

function inJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A line of words for whoever watches. */
export function note(line: string): void {
  process.stderr.write(`${tame(line)}\n`);
}

/** No control but line breaks, tabs and our own colours (ECMA-48 SGR), whatever a service has answered. */
export function tame(lines: string): string {
  return lines.replaceAll(/\x1b(?!\[[\d;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]/g, byNumber);
}

type Style = Parameters<typeof styleText>[0];

/** In colour where `stream` is a terminal that wants it. */
export function painted(style: Style, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  const color = stream.isTTY === true && !process.env.NO_COLOR;
  return color ? styleText(style, text, { validateStream: false }) : text;
}

/** Controls, and what turns the direction of writing, by their numbers: a filename must not move the terminal's cursor. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, byNumber);
}

function byNumber(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff00-\uff60]/u;

/** Cells of a terminal that `text` takes. */
export function cells(text: string): number {
  return [...text].reduce(
    (sum, each) => sum + (/\p{M}|\u200d|\ufe0f/u.test(each) ? 0 : wide.test(each) ? 2 : 1),
    0,
  );
}

/** At most so many cells, with its end and a sign that something is missing. */
export function cut(text: string, most: number): string {
  if (cells(text) <= most) return text;
  const end = [...text].slice(-6).join('');
  let begin = '';
  for (const each of text) {
    if (cells(begin + each) + 1 + cells(end) > most) break;
    begin += each;
  }
  return `${begin}…${end}`;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

/** Bytes for people: `812 B`, `1.2 MB` (powers of 1,000). */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [count, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Rows under each other; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => cells(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0)))
      .join('  '),
  );
}
