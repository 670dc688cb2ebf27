import type { actions } from './actions.ts';
import type { consoleWords } from './console.ts';
import type { document } from './document.ts';
import type { documents } from './documents.ts';
import type { errors } from './errors.ts';
import type { kinds } from './kinds.ts';
import type { preview } from './preview.ts';
import type { shared } from './shared.ts';
import type { uploader } from './uploader.ts';

type English = typeof shared &
  typeof errors &
  typeof kinds &
  typeof uploader &
  typeof documents &
  typeof actions &
  typeof document &
  typeof preview &
  typeof consoleWords;

/**
 * Every key that the elements and the console say something by. `type.<id>` is the label of a document type (by default
 * the service's), `kind.<content type>` the name of a kind of file, `error.<code>` what an error of docs/errors.md means.
 */
export type WordKey = keyof English | `type.${string}` | `kind.${string}` | `error.${string}`;
