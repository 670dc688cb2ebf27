import type { WordKey } from './english/keys.ts';
import { spell, type Values, type Word } from './word.ts';

export type { WordKey } from './english/keys.ts';
export type { Values, Word } from './word.ts';

/** Other words for some keys. What is left out stays as it was. */
export type Words = { readonly [key in WordKey]?: Word };

/** Says the text of a key. */
export type Say = (key: WordKey, values?: Values) => string;

const page: Record<string, Word> = {};
const changes = new EventTarget();

/**
 * Gives the page's elements other words: another language, or the house's own names for things. May be called again; each
 * call replaces the keys that it names. An element's own property `words` goes before.
 */
export function setWords(words: Words): void {
  Object.assign(page, words);
  changes.dispatchEvent(new Event('change'));
}

/** Calls `changed` after every `setWords`; returns what ends that. */
export function onWords(changed: () => void): () => void {
  changes.addEventListener('change', changed);
  return () => changes.removeEventListener('change', changed);
}

/** How to find words: an element's own first, then the page's, then English. The key itself shows where none is. */
export function speaker(own: Words | undefined, english: readonly Words[], lang: string): Say {
  return (key, values = {}) => {
    const word = own?.[key] ?? page[key] ?? english.find((words) => words[key] !== undefined)?.[key];
    return word === undefined ? key : spell(word, values, lang);
  };
}
