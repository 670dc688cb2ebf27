import { styleText } from 'node:util';
import type { FirstCode } from '../access/first-code.ts';
import type { FirstKey } from '../access/first-key.ts';
import type { Started } from '../compose.ts';
import type { DocumentType } from '../documents/policy.ts';
import { signInUrl } from './sign-in-url.ts';

export interface BannerOptions {
  readonly version: string;
  readonly types: readonly Pick<DocumentType, 'id' | 'accept'>[];
  /** By which browsers reach the service, where that is set. */
  readonly publicUrl: string | null;
  /** With the colours of a terminal. */
  readonly color: boolean;
}

/**
 * What a newcomer needs when the service has started: what to open, where it listens, where documents and records lie, where the key
 * is, and one command that stores a document. The command names $STRONGROOM_API_KEY, so it can be kept and shown.
 */
export function banner(started: Started, { version, types, publicUrl, color }: BannerOptions): string {
  const bold = (text: string) => (color ? styleText('bold', text, { validateStream: false }) : text);
  const dim = (text: string) => (color ? styleText('dim', text, { validateStream: false }) : text);
  const fact = (name: string, value: string) => `  ${dim(name.padEnd(10))} ${value}`;
  const { key, preparation } = aboutKey(started.firstKey);
  const lines = [
    bold(`Strongroom ${version}`),
    '',
    ...invitation(publicUrl ?? started.url, started.firstCode).map(([name, value]) => fact(name, value)),
    fact('Listening', started.url ?? 'through the app'),
    fact('Documents', started.store),
    fact('Records', started.records),
    fact('API key', key),
    ...started.waitingFor.map((what) =>
      fact('Waiting', `the ${what} can't be reached; asked again until they answer, /readyz tells`),
    ),
  ];
  for (const { name, detail, remedy } of started.faults)
    lines.push(fact('Attention', `${name}: ${detail}. ${remedy}`));
  if (started.url !== null)
    lines.push(
      '',
      `  ${dim('Store a first document:')}`,
      '',
      ...preparation.map((line) => `  ${line}`),
      `  ${curl(started.url, types)}`,
    );
  return `\n${lines.join('\n')}\n\n`;
}

/** What to open in a browser; nothing where an app decides what its server answers. */
function invitation(url: string | null, code: FirstCode | null): (readonly [name: string, value: string])[] {
  if (url === null) return [];
  if (code?.kind === 'printed')
    return [
      ['Open', signInUrl(url, code.code)],
      ['', 'in a browser: it signs in by itself, once, within 7 days'],
    ];
  if (code?.kind === 'file') return [['Open', `${url}/sign-in and sign in with the code in ${code.path}`]];
  return [['Open', `${url}/ and sign in with an API key, or a code of \`strongroom keys code\``]];
}

function aboutKey(first: FirstKey | null): { key: string; preparation: string[] } {
  switch (first?.kind) {
    case 'set':
      return { key: 'STRONGROOM_API_KEY, as set', preparation: [] };
    case 'file':
      return {
        key: `in ${first.path}`,
        preparation: [`export STRONGROOM_API_KEY="$(cat ${quoted(first.path)})"`],
      };
    case 'printed':
      return {
        key: 'below, shown this once: keep it',
        preparation: [`export STRONGROOM_API_KEY=${first.key}`],
      };
    case 'exists':
      return { key: 'made earlier; for another: npm exec -- strongroom keys create', preparation: [] };
    default:
      return { key: 'looked for when the records answer', preparation: [] };
  }
}

/** A form with a line of text as its file, or with a file of the reader's where no type takes text. */
function curl(url: string, types: BannerOptions['types']): string {
  const takesText = types.find(({ accept }) => accept.includes('text/plain'));
  const type = (takesText ?? types[0])?.id ?? '';
  const file = takesText ? "'file=Hello, Strongroom!;filename=hello.txt'" : 'file=@document.pdf';
  return `curl -sS -H "Authorization: Bearer $STRONGROOM_API_KEY" -F recordId=demo-1 -F type=${type} -F ${file} ${url}/v1/documents`;
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
