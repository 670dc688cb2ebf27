import { postgresDialect } from './postgres-dialect.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { withEvent } from './postgres-statements.ts';
import { refusal, uploadRefusal } from './refusals.ts';
import type { Row } from './row.ts';
import type { HeldUpdate, Progress, Taking } from './sql-database.ts';
import { standingColumns } from './upload-row.ts';
import * as sql from './upload-statements.ts';

const { clock } = postgresDialect;

/**
 * Locks the document and its upload, in this order, if the upload goes on as `condition` says. Both: what waited for a lock is
 * looked at anew (PostgreSQL manual, 13.2.1), and of a row that is not locked only its old version is seen.
 */
const held = (columns: string, id: string, condition: string) => `held AS (
    SELECT ${columns} FROM documents d JOIN uploads u ON u.document_id = d.id
    WHERE d.id = ${id}::uuid AND d.state = 'receiving' AND ${condition} FOR NO KEY UPDATE
  )`;

/** Parameters: the id, the expected offset (null: any). */
const take = `WITH ${held('d.*', '?1', '(?2::bigint IS NULL OR u.durable = ?2)')}
  UPDATE uploads SET fence = uploads.fence + 1 FROM held WHERE document_id = ?1
  RETURNING ${standingColumns('held', 'uploads')}`;

const advancing = (alsoNoted: string) => `WITH ${held('1 AS held', '?1', 'u.fence = ?6')}, alive AS (
    UPDATE documents SET due_at = ${clock} + ?2::bigint FROM held WHERE id = ?1
  )${alsoNoted} ${sql.noteProgress} FROM held WHERE document_id = ?1 RETURNING 1`;

/** Parameters: as `noteProgress` names them. */
const advance = advancing('');
const advanceByPart = advancing(`, kept AS (
    ${sql.partInto} SELECT ?1, ?7::bigint, ?8::bigint, ?9::text, ?10::text FROM held ${sql.inPlaceOf}
  ), dropped AS (DELETE FROM upload_parts USING held WHERE document_id = ?1 AND number > ?7)`);

/** An UPDATE of the document, whose parameters end before `next`, by who holds the fence. The id and the fence begin at `next`. */
const byHolder = (next: number) => held('1 AS held', `?${next}`, `u.fence = ?${next + 1}`);
const ofHeld = (update: string) => update.replace(' WHERE ', ' FROM held WHERE ');
const place = `WITH ${byHolder(6)} ${ofHeld(sql.place)}`;

/** The same with its event, from `next` + 2 on, and the end of the upload. Its parts go after it, by the foreign key. */
const finish = (update: string, next: number) =>
  withEvent(ofHeld(update), next + 2)
    .replace('WITH ', `WITH ${byHolder(next)}, `)
    .replace(
      ') SELECT',
      `), ended AS (DELETE FROM uploads USING updated WHERE document_id = ?${next}) SELECT`,
    );

/** Each is one statement, in a round trip that others share; what it locks is its document's. */
export async function takeUpload(pool: PostgresPool, { id, expectedOffset }: Taking): Promise<Row> {
  for (;;) {
    const [row] = await pool.writeTogether(id, take, [id, expectedOffset]);
    if (row) return row;
    // Where nothing refuses it any more, the offset has come to be the expected one meanwhile.
    await assertHeld(pool, id, null, expectedOffset, 'continued');
  }
}

export async function advanceUpload(
  pool: PostgresPool,
  { id, fence, progress, part }: Progress,
): Promise<void> {
  const noted = [id, ...progress, fence, ...(part ?? [])];
  const [row] = await pool.writeTogether(id, part ? advanceByPart : advance, noted);
  if (!row) await refuse(pool, id, fence, 'continued');
}

export async function updateUpload(
  pool: PostgresPool,
  { id, fence, query, ending, wanted }: HeldUpdate,
): Promise<Row> {
  const next = query.parameters.length + 1;
  const text = ending ? finish(query.sql, next) : place;
  const told = [...query.parameters, id, fence, ...(ending ?? [])];
  const [row] = await pool.writeTogether(id, text, told);
  return row ?? (await refuse(pool, id, fence, wanted));
}

/** Asked in a second round trip that only a refusal pays: what the statement saw may have been the state before a race. */
async function refuse(pool: PostgresPool, id: string, fence: number, wanted: string): Promise<never> {
  await assertHeld(pool, id, fence, null, wanted);
  // Its fence holds, so it has been placed elsewhere.
  throw refusal(id, ['receiving', null], wanted, null);
}

async function assertHeld(
  pool: PostgresPool,
  id: string,
  fence: number | null,
  expectedOffset: number | null,
  wanted: string,
): Promise<void> {
  const [standing = []] = await pool.readTogether(sql.standing, [id]);
  const refused = uploadRefusal(id, standing, fence, expectedOffset, wanted);
  if (refused) throw refused;
}
