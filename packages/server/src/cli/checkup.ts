import { styleText } from 'node:util';
import type { Check, Report } from '../objects/doctor.ts';
import { plain } from './output.ts';

type Style = Parameters<typeof styleText>[0];

/** `not asked` is told in one line for all of them: what it is for stands above. */
const marks = {
  good: ['✓', 'green'],
  advice: ['!', 'yellow'],
  bad: ['✗', 'red'],
  unknown: ['?', 'yellow'],
  idle: ['–', 'dim'],
} as const satisfies Record<string, readonly [string, Style]>;

function kindOf({ ok, result, needed, remedy }: Check): keyof typeof marks {
  if (result === 'unknown') return needed ? 'unknown' : 'idle';
  if (!ok) return 'bad';
  if (result === 'not_allowed') return 'idle';
  if (remedy !== '') return 'advice';
  return result === 'works' ? 'good' : 'idle';
}

const isNotAsked = ({ result, detail }: Check) => result === 'unknown' && detail.startsWith('not asked: ');

/**
 * What the doctor found, for people: a line for each check; under one that is to be mended, what the service does
 * about it (so) and what to change (do). `color` is for terminals.
 */
export function checkup({ ok, checks }: Report, color: boolean): string {
  const painted = (style: Style, text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const width = Math.max(...checks.map(({ name }) => name.length));
  const under = (what: string, text: string) =>
    `    ${' '.repeat(width)} ${painted('dim', `${what}:`)} ${text}`;
  const lines = checks
    .filter((check) => !isNotAsked(check))
    .flatMap((check) => {
      const { name, detail, effect, remedy, result } = check;
      const kind = kindOf(check);
      const [mark, style] = marks[kind];
      // A part of it is what a store said.
      const told = plain(result === 'not_allowed' ? `not allowed: ${detail}` : detail);
      return [
        `  ${painted(style, mark)} ${name.padEnd(width)}  ${told}`,
        ...(kind === 'bad' && effect !== '' ? [under('so', effect)] : []),
        ...(['bad', 'advice'].includes(kind) && remedy !== '' ? [under('do', remedy)] : []),
      ];
    });
  const left = checks.filter(isNotAsked).map(({ name }) => name);
  const notAsked = left.length === 0 ? [] : [`  ${painted('yellow', '?')} not asked: ${left.join(', ')}`];
  return `\n${[...lines, ...notAsked].join('\n')}\n\n${painted('bold', sumOf(ok, checks))}\n\n`;
}

function sumOf(ok: boolean, checks: readonly Check[]): string {
  if (ok) return 'Everything that is needed works.';
  const named = (kind: keyof typeof marks) =>
    checks.filter((check) => kindOf(check) === kind).map(({ name }) => name);
  const bad = named('bad');
  return bad.length > 0
    ? `To be mended: ${bad.join(', ')}.`
    : `Not known, and needed: ${named('unknown').join(', ')}.`;
}
