import type { Document } from '@strongroom/client';
import { kindOf } from '../../frame/kinds.ts';
import type { WordKey } from '../../words/words.ts';

const mebibyte = 2 ** 20;

/** Bytes of text and tables that are fetched and shown. */
const beginningBytes = mebibyte / 2;
/** Above it nothing is fetched before it was asked for. */
const largeBytes = 50 * mebibyte;
/** Above it nothing is fetched at all: it is held in memory twice, in the frame and in what decodes it. */
export const mostBytes = 512 * mebibyte;

/** What is done with a document, told without its bytes: read so many of them, ask first, or say why it is not shown. */
export type Verdict =
  | { readonly read: number; readonly ask: boolean }
  | { readonly read: 0; readonly why: WordKey };

/** States in which a document has no content to show: what asking for it would be refused with. */
const silent: { readonly [state: string]: WordKey } = {
  receiving: 'error.not_ready',
  inspecting: 'error.not_ready',
  quarantined: 'error.quarantined',
  deleted: 'error.document_deleted',
  purging: 'error.document_missing',
  purged: 'error.document_missing',
  abandoned: 'error.document_missing',
};

export function verdictOn({ state, contentType, size }: Document): Verdict {
  const why = silent[state];
  if (why !== undefined || size === null) return { read: 0, why: why ?? 'error.not_ready' };
  const kind = kindOf(contentType);
  if (kind === null) return { read: 0, why: 'preview.no-kind' };
  if (kind === 'text' || kind === 'table') return { read: Math.min(size, beginningBytes), ask: false };
  if (size > mostBytes) return { read: 0, why: 'preview.too-large' };
  return { read: size, ask: size > largeBytes };
}
