import { searchableStates } from '../../documents/document.ts';
import type { Types } from './migrations.ts';

/**
 * Names as they are searched by (folded-name.ts), and an index of them for each scope of a list, so that a search is read in
 * order as a list is. A name is written when its document can be found by it; NULL before, so that an upload pays for one
 * entry in each and an upload that fails for none. What was there before, and what an older program writes anew, is NULL too
 * and stands in the last index until a chore has folded it. What an older one renames or purges keeps its folding: docs/operating.md
 * says so to who replaces servers one by one.
 */
export const foldedNames = ({ text }: Types): string[] => [
  `ALTER TABLE documents ADD COLUMN folded_name ${text}`,
  `CREATE INDEX documents_by_folded_name
    ON documents (('folded_name/' || state), folded_name, id) WHERE folded_name IS NOT NULL`,
  `CREATE INDEX documents_type_by_folded_name
    ON documents (('folded_name/' || state || '/' || type), folded_name, id) WHERE folded_name IS NOT NULL`,
  `CREATE INDEX documents_record_by_folded_name
    ON documents (('folded_name/' || state || '/' || record_id), folded_name, id) WHERE folded_name IS NOT NULL`,
  `CREATE INDEX documents_record_type_by_folded_name
    ON documents (('folded_name/' || state || '/' || type || '/' || record_id), folded_name, id) WHERE folded_name IS NOT NULL`,
  `CREATE INDEX documents_unfolded ON documents (id)
    WHERE folded_name IS NULL AND state IN (${searchableStates.map((state) => `'${state}'`).join(', ')})`,
];
