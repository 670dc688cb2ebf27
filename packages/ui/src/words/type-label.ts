import type { DocumentType } from '@strongroom/client';
import type { Say } from './words.ts';

/** What people call a document type: the page's word `type.<id>`, else the service's label, else its id. */
export function typeLabel(
  id: string,
  say: Say,
  types: readonly Pick<DocumentType, 'id' | 'label'>[],
): string {
  const key = `type.${id}` as const;
  const word = say(key);
  if (word !== key) return word;
  return types.find((type) => type.id === id)?.label ?? id;
}
