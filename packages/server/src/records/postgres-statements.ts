import { lineColumns } from './idempotency.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { documentColumns, documentWidth, eventColumns } from './row.ts';
import { uploadColumns } from './upload-row.ts';

/**
 * Each writes the change and its event in one statement, so one round trip is one transaction and a transaction pooler
 * may stand between. Parameters are cast where a SELECT would leave them text.
 */
const { clock } = postgresDialect;

const documentTypes = [
  ...['uuid', 'text', 'text', 'text', 'text', 'bigint', 'text', 'text', 'text', 'text', 'text', 'text'],
  ...[
    'text',
    'text',
    'text',
    'uuid',
    'bigint',
    'text',
    'text',
    'bigint',
    'bigint',
    'bigint',
    'bigint',
    'bigint',
  ],
];
const uploadTypes = ['text', 'bigint', 'bigint', 'bigint', 'text', 'text'];
const eventTypes = ['uuid', 'bigint', 'text', 'text', 'text', 'text', 'text'];

/** `?first::type, …` */
const cast = (types: readonly string[], first: number) =>
  types.map((type, index) => `?${first + index}::${type}`).join(', ');

const dueIn = documentWidth + 1;
const event = cast(eventTypes, dueIn + 1);
const line = dueIn + eventTypes.length + 1;

const insert = (source: string) =>
  `INSERT INTO documents (${documentColumns}, due_at, looks)
    SELECT ${cast(documentTypes, 1)}, ${clock} + ?${dueIn}::bigint, 0 ${source} RETURNING id`;
const insertEvent = `INSERT INTO events (document_id, revision, ${eventColumns}) SELECT id, 1, ${event} FROM created RETURNING 1`;

const replaceable = `EXISTS (SELECT FROM documents WHERE id = ?16 AND record_id = ?2 AND state NOT IN ('abandoned', 'purged'))`;

/** Parameters: the document, dueIn, the event. Answers a row when it was written. */
export const create = `WITH created AS (${insert('')}) ${insertEvent}`;

/** The same, and no row when `replaces` names nothing. */
export const createReplacing = `WITH created AS (${insert(`WHERE ${replaceable}`)}) ${insertEvent}`;

/**
 * The same with an idempotency line (scope, key, fingerprint, keptFor further on): no row also when an unexpired line
 * is there. Two expired lines go for every one written: the table shrinks again by itself.
 */
export const createOnce = `WITH swept AS (
    DELETE FROM idempotency WHERE (scope, key) IN (
      SELECT scope, key FROM idempotency
      WHERE expires_at <= ${clock} AND (scope, key) <> (?${line}, ?${line + 1})
      ORDER BY expires_at LIMIT 2 FOR UPDATE SKIP LOCKED)
  ), named AS (
    INSERT INTO idempotency (scope, key, fingerprint, document_id, expires_at)
    SELECT ?${line}, ?${line + 1}, ?${line + 2}, ?1::uuid, ${clock} + ?${line + 3}::bigint
    WHERE ?16::uuid IS NULL OR ${replaceable}
    ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint,
      document_id = excluded.document_id, expires_at = excluded.expires_at
    WHERE idempotency.expires_at <= ${clock}
    RETURNING document_id
  ), created AS (${insert('FROM named')}) ${insertEvent}`;

/** Any of these, and the document's upload, whose columns begin at `next`. */
export const withUpload = (creating: string, next: number) =>
  creating.replace(
    `) ${insertEvent}`,
    `), begun AS (
    INSERT INTO uploads (document_id, ${uploadColumns}) SELECT id, ${cast(uploadTypes, next)} FROM created
  ) ${insertEvent}`,
  );

/** Parameters: the document replaced at 1, the record at 2. */
export const replaced = `SELECT 1 FROM documents WHERE id = ?1 AND record_id = ?2 AND state NOT IN ('abandoned', 'purged')`;

/** The line's fingerprint, whether its document is due, and the document, locked. */
export const lockLine = `SELECT ${lineColumns(`coalesce(d.due_at <= ${clock}, false)::int`)}, ${documentColumns.replaceAll(/\b(?=\w)/g, 'd.')}
  FROM idempotency i JOIN documents d ON d.id = i.document_id
  WHERE i.scope = ?1 AND i.key = ?2 AND i.expires_at > ${clock} FOR UPDATE OF d`;

/** Locks the line if it still names the document at 3. */
export const holdLine = `SELECT 1 FROM idempotency WHERE scope = ?1 AND key = ?2 AND document_id = ?3 FOR UPDATE`;

export const handOver = `UPDATE idempotency SET fingerprint = ?3, document_id = ?4, expires_at = ${clock} + ?5
  WHERE scope = ?1 AND key = ?2`;

/** Parameters: the grant, milliseconds that it is kept, its places. No row when none is left. */
export const takePlace = `INSERT INTO grant_uses (grant_id, files, expires_at) VALUES (?1, 1, ${clock} + ?2::bigint)
  ON CONFLICT (grant_id) DO UPDATE SET files = grant_uses.files + 1 WHERE grant_uses.files < ?3::bigint
  RETURNING files`;

export const sweepUses = `DELETE FROM grant_uses WHERE grant_id IN (
  SELECT grant_id FROM grant_uses WHERE expires_at <= ${clock} ORDER BY expires_at LIMIT 2 FOR UPDATE SKIP LOCKED)`;

/** Parameters: scope, key, fingerprint, the document, keptFor. No row when an unexpired line is there. */
export const keepLine = `INSERT INTO idempotency (scope, key, fingerprint, document_id, expires_at)
  VALUES (?1, ?2, ?3, ?4, ${clock} + ?5::bigint)
  ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint,
    document_id = excluded.document_id, expires_at = excluded.expires_at
  WHERE idempotency.expires_at <= ${clock} RETURNING 1`;

/** An UPDATE of updateQuery, whose parameters end before `next`, and its event. */
export const withEvent = (update: string, next: number) => `WITH updated AS (${update}), noted AS (
    INSERT INTO events (document_id, revision, ${eventColumns})
    SELECT id, revision, ${cast(eventTypes, next)} FROM updated
  ) SELECT * FROM updated`;

/** The same of an UPDATE to `abandoned`: the place that the document took of its grant's goes back. */
export const abandoning = (update: string, next: number) =>
  withEvent(update, next).replace(
    ') SELECT',
    `), given_back AS (
    UPDATE grant_uses SET files = files - 1 FROM updated
    WHERE updated.created_by_kind = 'grant' AND grant_uses.grant_id = updated.created_by_id AND files > 0
  ) SELECT`,
  );

export const look = 'SELECT state, revision FROM documents WHERE id = ?1';

/** Parameters: states as a list, limit, lease. Answers the document, its looks, and when it was due. */
export const claim = `WITH due AS (
    SELECT d.id, d.due_at FROM unnest(?1::text[]) AS s (state) CROSS JOIN LATERAL (
      SELECT id, due_at FROM documents WHERE state = s.state AND due_at <= ${clock}
      ORDER BY due_at LIMIT ?2 FOR UPDATE SKIP LOCKED) AS d
    ORDER BY d.due_at LIMIT ?2
  ) UPDATE documents SET due_at = ${clock} + ?3 FROM due WHERE documents.id = due.id
  RETURNING ${documentColumns.replaceAll(/\b(?=\w)/g, 'documents.')}, looks, due.due_at`;

export const forget = `DELETE FROM documents WHERE id = ?1 AND state IN ('purged', 'abandoned') RETURNING 1`;
