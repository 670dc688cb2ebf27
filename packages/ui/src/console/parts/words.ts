import { consoleWords } from '../../words/english/console.ts';
import { errors } from '../../words/english/errors.ts';
import { kinds } from '../../words/english/kinds.ts';
import { shared } from '../../words/english/shared.ts';
import { type Explanation, explain } from '../../words/explain.ts';
import { type Formats, formatsOf } from '../../words/formats.ts';
import { type Say, speaker } from '../../words/words.ts';

/** The language of the console's page. */
const lang = document.documentElement.lang || 'en';

/** Says what stands in the console, in the page's language and words. */
export const say: Say = speaker(undefined, [consoleWords, shared, errors, kinds], lang);

/** Sizes, times and numbers as the page's language writes them, times in the reader's own time zone. */
export const formats: Formats = formatsOf(lang);

export function explained(error: unknown): Explanation {
  return explain(error, say, formats);
}
