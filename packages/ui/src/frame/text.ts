import { make, note, scroller } from './parts.ts';
import type { Opening } from './protocol.ts';
import type { Stage } from './stage.ts';

/** The text as it stands, markup and all: it is set as text and never parsed. The service found it to be UTF-8. */
export function showText({ bytes, size, filename }: Opening, stage: Stage): void {
  const text = make('pre', {}, ...blocksOf(textOf(bytes, size)));
  const scroll = scroller(stage.word('preview.text', { name: filename }), text);
  stage.body.replaceChildren(...cutNotes(bytes, size, stage), scroll);
  stage.shown(() => (stage.body.querySelector('.note')?.clientHeight ?? 0) + text.scrollHeight);
}

/**
 * Text in blocks of some lines each, of which a browser lays out those that are in sight: scripts it has no font for are slow.
 * A short text is one block and has the height that it has.
 */
function blocksOf(text: string): (HTMLElement | string)[] {
  const blocks = text.match(/(?:.*\n?){1,100}/gu) ?? [];
  return blocks.length > 2 ? blocks.map((lines) => make('span', { className: 'lines' }, lines)) : [text];
}

/** UTF-8; where only the beginning was handed over, a character that was cut through at its end is left out. */
export function textOf(bytes: ArrayBuffer, size: number): string {
  return new TextDecoder().decode(bytes, { stream: bytes.byteLength < size });
}

export function cutNotes(bytes: ArrayBuffer, size: number, stage: Stage): HTMLElement[] {
  if (bytes.byteLength >= size) return [];
  const [shown, whole] = [stage.bytes(bytes.byteLength), stage.bytes(size)];
  return [note(stage.word('preview.cut-text', { shown, whole }))];
}
