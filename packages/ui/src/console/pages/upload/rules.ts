import type { DocumentType } from '@strongroom/client';
import { refusal } from '../../../elements/uploader/check.ts';
import { kindName } from '../../../words/kind-name.ts';
import { explained, formats, say } from '../../parts/words.ts';

/** What may be sent as `type`, in words; before one is chosen, that there are rules. */
export function rulesOf(type: DocumentType | undefined, types: readonly DocumentType[]): string {
  if (!type) return types.length ? say('console.rules.choose') : '';
  return say('console.rules', { kinds: kindsOf(type), size: formats.size(type.maxSize) });
}

/**
 * Why `file` can't be sent, in words; empty when it may be tried. Told by name and size, as the uploader's element tells it: the
 * service has the last word.
 */
export function refusalOf(
  file: File,
  type: DocumentType | undefined,
  types: readonly DocumentType[],
): string {
  const error = types.length === 0 ? null : refusal(file, type ? [type] : types);
  return error ? explained(error).text : '';
}

function kindsOf({ accept }: DocumentType): string {
  return formats.anyOf([...new Set(accept.map((kind) => kindName(kind, say)))]);
}
