import { formatsOf } from '../words/formats.ts';
import {
  type Failure,
  type FrameWords,
  type FromFrame,
  type Look,
  lookProperties,
  type Opening,
} from './protocol.ts';

/** What every viewer draws on, and what it may say to the element outside. */
export interface Stage {
  readonly body: HTMLElement;
  /** A word with what it leaves open filled in. */
  word(name: keyof FrameWords, values?: Readonly<Record<string, string | number>>): string;
  /** A number as the reader's language writes it. */
  number(value: number): string;
  /** Bytes, as "1.5 MB". */
  bytes(size: number): string;
  /** There is something to see. `height` is asked for now and whenever the width has changed. */
  shown(height: () => number): void;
  fail(reason: Failure): void;
  look(look: Look): void;
}

export function stageOn(page: Document, port: MessagePort, { look, words }: Opening): Stage {
  const say = (message: FromFrame) => port.postMessage(message);
  page.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) say({ kind: 'escape' });
  });
  applyLook(page.documentElement, look);
  return {
    body: page.body,
    word: (name, values = {}) => filled(words[name], values),
    number: (value) => formatsOf(look.lang).number(value),
    bytes: (size) => formatsOf(look.lang).size(size),
    shown(height) {
      const tell = () => say({ kind: 'height', height: height() });
      // First, so that the element never shows it at another height.
      tell();
      say({ kind: 'shown' });
      followWidth(page.body, tell);
    },
    fail(reason) {
      page.body.replaceChildren();
      say({ kind: 'failed', reason });
    },
    look: (next) => applyLook(page.documentElement, next),
  };
}

function filled(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function applyLook(root: HTMLElement, { scheme, properties, lang, dir }: Look): void {
  root.lang = lang;
  root.dir = dir;
  root.style.colorScheme = scheme;
  for (const name of lookProperties) root.style.setProperty(name, properties[name]);
}

/** Calls `tell` after each change of width. A change of height is the answer to what was told, and tells nothing. */
function followWidth(body: HTMLElement, tell: () => void): void {
  let width = body.clientWidth;
  new ResizeObserver(() => {
    if (body.clientWidth === width) return;
    width = body.clientWidth;
    tell();
  }).observe(body);
}
