import { actions } from '../src/words/english/actions.ts';
import { document } from '../src/words/english/document.ts';
import { documents } from '../src/words/english/documents.ts';
import { errors } from '../src/words/english/errors.ts';
import { kinds } from '../src/words/english/kinds.ts';
import { preview } from '../src/words/english/preview.ts';
import { shared } from '../src/words/english/shared.ts';
import { uploader } from '../src/words/english/uploader.ts';

const chapters = {
  'Of several elements': shared,
  '`<strongroom-uploader>`': uploader,
  '`<strongroom-documents>`': documents,
  '`<strongroom-actions>`': actions,
  '`<strongroom-document>`': document,
  '`<strongroom-preview>`': preview,
  Errors: errors,
  'Kinds of files': kinds,
};

/** What words.md holds: every word of the elements with its English. `npm run words` writes it. */
export function wordsPage(): string {
  const tables = Object.entries(chapters)
    .filter(([, words]) => Object.keys(words).length > 0)
    .map(
      ([name, words]) =>
        `## ${name}\n\n| key | English |\n|---|---|\n${Object.entries(words).map(line).join('\n')}`,
    );
  return `# The words of the elements\n\nFor \`setWords()\` and the property \`words\`; made by \`npm run words\`.\n\n${tables.join('\n\n')}\n`;
}

function line([key, word]: [string, unknown]): string {
  const texts =
    typeof word === 'string'
      ? [word]
      : Object.entries(word as object).map(([name, text]) => `${name}: ${text}`);
  return `| \`${key}\` | ${texts.join('<br>').replaceAll('|', '\\|')} |`;
}
