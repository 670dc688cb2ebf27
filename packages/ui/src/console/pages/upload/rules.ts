import type { DocumentType } from '@strongroom/client';
import { kindName } from '../../../words/kind-name.ts';
import { typeLabel } from '../../../words/type-label.ts';
import { formats, say } from '../../parts/words.ts';

/** What may be sent as `type`, in words; before one is chosen, that there are rules. */
export function rulesOf(type: DocumentType | undefined, types: readonly DocumentType[]): string {
  if (!type) return types.length ? say('console.rules.choose') : '';
  return say('console.rules', { kinds: kindsOf(type), size: formats.size(type.maxSize) });
}

/**
 * Why `file` can't be sent, in words; empty when it may be tried. The browser goes by the name: a kind that it does not
 * know is for the service to look at.
 */
export function refusalOf(
  file: File,
  type: DocumentType | undefined,
  types: readonly DocumentType[],
): string {
  if (file.size === 0) return say('error.empty_body');
  if (!type) return '';
  if (file.size > type.maxSize) return say('error.too_large', { limit: formats.size(type.maxSize) });
  if (!file.type || type.accept.includes(file.type) || isContainer(file.type)) return '';
  return say('console.rules.refused', {
    type: typeLabel(type.id, say, types),
    kind: kindName(file.type, say),
    kinds: kindsOf(type),
  });
}

/** What browsers call by its container may be one of the kinds in it. */
function isContainer(contentType: string): boolean {
  return (
    contentType === 'application/octet-stream' || /^application\/(x-)?zip(-compressed)?$/.test(contentType)
  );
}

function kindsOf({ accept }: DocumentType): string {
  return formats.anyOf([...new Set(accept.map((kind) => kindName(kind, say)))]);
}
