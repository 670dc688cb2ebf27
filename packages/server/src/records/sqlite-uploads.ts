import { refusal, uploadRefusal } from './refusals.ts';
import { eventColumns, type Row, type Value } from './row.ts';
import type { HeldUpdate, Progress, Taking } from './sql-database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { durableAt, fenceAt, uploadColumns } from './upload-row.ts';
import * as sql from './upload-statements.ts';

const { clock } = sqliteDialect;

const take = 'UPDATE uploads SET fence = fence + 1 WHERE document_id = ?1';
const begin = `INSERT INTO uploads (document_id, ${uploadColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`;
const advance = `${sql.noteProgress} WHERE document_id = ?1`;
const keepAlive = `UPDATE documents SET due_at = ${clock} + ?2 WHERE id = ?1`;
const keepPart = `${sql.partInto} VALUES (?1, ?2, ?3, ?4, ?5) ${sql.inPlaceOf}`;
const note = `INSERT INTO events (document_id, revision, ${eventColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`;
const end = 'DELETE FROM uploads WHERE document_id = ?1';
const dropHigher = 'DELETE FROM upload_parts WHERE document_id = ?1 AND number > ?2';

/** Runs one statement. */
type All = (text: string, ...parameters: Value[]) => Row[];

export function beginUpload(all: All, id: string, upload: Row): void {
  all(begin, id, ...upload);
}

/** The operations on uploads: parts of a common transaction, so each refuses before it writes. */
export function takeUpload(all: All, { id, expectedOffset }: Taking): Row {
  const [row = []] = all(sql.find, id);
  const fence = row[fenceAt] ?? null;
  const standing = row.length === 0 ? [] : [row[7] ?? null, fence, row[durableAt] ?? null];
  const refused = uploadRefusal(id, standing, null, expectedOffset, 'continued');
  if (refused) throw refused;
  all(take, id);
  return row.with(fenceAt, (fence as number) + 1);
}

export function advanceUpload(all: All, { id, fence, progress, part }: Progress): void {
  assertHeld(all, id, fence, 'continued');
  const [dueIn = null] = progress;
  all(advance, id, ...progress);
  all(keepAlive, id, dueIn);
  if (!part) return;
  all(keepPart, id, ...part);
  all(dropHigher, id, part[0] ?? null);
}

export function updateUpload(all: All, { id, fence, query, ending, wanted }: HeldUpdate): Row {
  assertHeld(all, id, fence, wanted);
  const [row] = all(query.sql, ...query.parameters);
  // Its fence holds, so it has been placed elsewhere.
  if (!row) throw refusal(id, ['receiving', null], wanted, null);
  if (!ending) return row;
  all(note, id, row[23] ?? null, ...ending);
  all(end, id);
  return row;
}

function assertHeld(all: All, id: string, fence: number, wanted: string): void {
  const [standing = []] = all(sql.standing, id);
  const refused = uploadRefusal(id, standing, fence, null, wanted);
  if (refused) throw refused;
}
