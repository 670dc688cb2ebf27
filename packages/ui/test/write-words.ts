/** `npm run words`: writes words.md. */
import { writeFileSync } from 'node:fs';
import { wordsPage } from './words-page.ts';

writeFileSync(new URL('../words.md', import.meta.url), wordsPage());
