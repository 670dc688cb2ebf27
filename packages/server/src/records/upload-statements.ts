import { documentColumns } from './row.ts';
import { partColumns, standingColumns } from './upload-row.ts';

/** What both databases say alike of uploads that go on. Each takes the document's id at 1. */

const besideDocument = 'FROM documents d LEFT JOIN uploads u ON u.document_id = d.id';

/** The document's state, and its upload's fence and offset: what a refusal is made of. */
export const standing = `SELECT d.state, u.fence, u.durable ${besideDocument} WHERE d.id = ?1`;

/** The whole of it; NULL in place of an upload where the document has none. */
export const find = `SELECT ${standingColumns('d', 'u')} ${besideDocument} WHERE d.id = ?1`;

/** The document's state, its upload's fence and a part, as many rows as it has parts; one without a part where it has none. */
export const parts = `SELECT d.state, u.fence, p.number, p.size, p.etag, p.checksum ${besideDocument}
  LEFT JOIN upload_parts p ON p.document_id = u.document_id WHERE d.id = ?1 ORDER BY p.number`;

/** Parameters: dueIn at 2, offset at 3, state at 4, length (null: as it was) at 5, the fence at 6, a part from 7 on. */
export const noteProgress = 'UPDATE uploads SET durable = ?3, state = ?4, length = coalesce(?5, length)';
export const partInto = `INSERT INTO upload_parts (document_id, ${partColumns})`;
export const inPlaceOf = `ON CONFLICT (document_id, number) DO UPDATE
  SET size = excluded.size, etag = excluded.etag, checksum = excluded.checksum`;

/** Parameters: key, content type, name, epoch milliseconds. No folded name: what is not whole is not found by its name. */
export const place = `UPDATE documents SET revision = revision + 1, key = ?2, content_type = ?3, filename = ?4, updated_at = ?5
  WHERE id = ?1 AND state = 'receiving' AND key IN ('', ?2) RETURNING ${documentColumns}`;
