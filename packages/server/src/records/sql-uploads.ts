import { StrongroomError } from '../errors.ts';
import { uploadRefusal } from './refusals.ts';
import { eventRow, isId, type Row, toDocument } from './row.ts';
import type { SqlDatabase } from './sql-database.ts';
import { updateQuery } from './update-query.ts';
import type { UploadRecords } from './upload-records.ts';
import { partRow, toPart, toUpload } from './upload-row.ts';
import * as sql from './upload-statements.ts';

/** Uploads that go on over several requests. */
export function uploads(database: SqlDatabase): UploadRecords {
  const { clock } = database.dialect;
  return {
    async findUpload(id) {
      const [row] = await database.read({ sql: sql.find, parameters: [known(id)] });
      if (!row) throw new StrongroomError('document_missing', { id });
      return toUpload(row);
    },

    async takeUpload(id, expectedOffset) {
      const row = await database.takeUpload({ id: known(id), expectedOffset: expectedOffset ?? null });
      const upload = toUpload(row);
      if (!upload) throw new StrongroomError('internal', {}, { cause: new Error('No upload was taken.') });
      return upload;
    },

    async advanceUpload(id, fence, { offset, state, length, part, dueIn }) {
      await database.advanceUpload({
        id: known(id),
        fence,
        progress: [dueIn, offset, JSON.stringify(state), length ?? null],
        part: part ? partRow(part) : null,
      });
    },

    async placeUpload(id, fence, { key, contentType, filename, at }) {
      const parameters = [known(id), key, contentType, filename, at.getTime()];
      const query = { sql: sql.place, parameters };
      return toDocument(await database.updateUpload({ id, fence, query, ending: null, wanted: 'placed' }));
    },

    async uploadParts(id, fence) {
      const rows = await database.read({ sql: sql.parts, parameters: [known(id)] });
      const refused = uploadRefusal(id, rows[0]?.slice(0, 2) ?? [], fence ?? null, null, 'continued');
      if (refused) throw refused;
      return rows
        .map((row) => row.slice(2))
        .filter(isPart)
        .map(toPart);
    },

    async finishUpload(id, fence, to, changes, happened) {
      const target = { id: known(id), from: ['receiving'] as const };
      const query = updateQuery(target, { ...changes, state: to, updatedAt: happened.at }, clock);
      const ending = eventRow(happened);
      return toDocument(await database.updateUpload({ id, fence, query, ending, wanted: to }));
    },
  };
}

/** Raises `document_missing` for what is no document's id. */
function known(id: string): string {
  if (isId(id)) return id;
  throw new StrongroomError('document_missing', { id });
}

/** The one row of an upload without parts is none. */
function isPart(row: Row): boolean {
  return row[0] !== null;
}
