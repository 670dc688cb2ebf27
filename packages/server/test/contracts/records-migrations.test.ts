import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import pg from 'pg';
import type { State } from '../../src/documents/document.ts';
import { uuidv7 } from '../../src/documents/uuid.ts';
import { documents } from '../../src/records/migrations/0001-documents.ts';
import { access } from '../../src/records/migrations/0002-access.ts';
import { signInCodes } from '../../src/records/migrations/0003-sign-in-codes.ts';
import { foldedNames } from '../../src/records/migrations/0004-folded-names.ts';
import {
  createSchemaTable,
  postgresTypes,
  sqliteTypes,
  type Types,
} from '../../src/records/migrations/migrations.ts';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import type { Records } from '../../src/records/records.ts';
import { openSqliteRecords } from '../../src/records/sqlite.ts';
import { needs, testDatabase, testFolder } from '../harness.ts';
import { freshRecord, happened, minute, receiving } from './document-records-samples.ts';
import { begun, placed, progress } from './document-records-uploads.ts';

/** Each of them was released; the newest is the program's own. */
const older = [documents, access, signInCodes, foldedNames];

interface Kept {
  readonly id: string;
  readonly recordId: string;
  readonly state: State;
}

const keptStates: readonly State[] = ['receiving', 'available', 'deleted', 'abandoned'];

/** What the program that made schema `number` had written: a document in each state, with its event. */
function rowsOf(number: number): { kept: Kept[]; statements: string[] } {
  const recordId = freshRecord();
  const kept = keptStates.map((state) => ({ id: uuidv7(), recordId, state }));
  const statements = kept.flatMap(({ id, state }) => [
    `INSERT INTO documents (id, record_id, type, filename, content_type, size, state, store, key, metadata, created_at,
       created_by_kind, created_by_id, updated_at, revision, due_at, looks)
     VALUES ('${id}', '${recordId}', 'id', 'Öl.pdf', 'application/pdf', 7, '${state}', 'disk', '${recordId}/${id}.pdf',
       '{"a":1}', 1, 'key', 'k', 2, 3, 4, 5)`,
    `INSERT INTO events (document_id, revision, id, at, action, actor_kind, actor_id, request_id, details)
     VALUES ('${id}', 1, '${uuidv7()}', 1, 'document.received', 'key', 'k', NULL, '{}')`,
  ]);
  const key = `INSERT INTO api_keys (id, name, hash, created_at) VALUES ('k', 'Büro', 'h', 1)`;
  return { kept, statements: [...statements, key, `INSERT INTO schema_version VALUES (${number})`] };
}

function schema(number: number, types: Types): string[] {
  return [createSchemaTable, ...older.slice(0, number).flatMap((migration) => migration(types))];
}

/** All is as it was, and what came with the newest schema works beside it. */
async function assertServes(records: Records, kept: readonly Kept[]): Promise<void> {
  assert.equal(await records.outlook(), 'migrate');
  await records.connect();
  assert.equal(await records.outlook(), 'use');
  for (const { id, state } of kept) {
    const document = await records.get(id);
    assert.deepEqual([document?.state, document?.revision, document?.metadata], [state, 3, { a: 1 }]);
    assert.equal(await records.findUpload(id), null);
    assert.equal((await records.events(id)).length, 1);
  }
  assert.equal((await records.findKey('k'))?.name, 'Büro');
  const due = await records.claim(['receiving'], { limit: 10, lease: minute });
  assert.deepEqual(
    due.map(({ document, looks }) => [document.state, looks]),
    [['receiving', 5]],
  );
  await records.forget(kept.find(({ state }) => state === 'abandoned')?.id ?? '');

  await receiving(records);
  const id = await begun(records);
  await records.placeUpload(id, 0, placed);
  await records.advanceUpload(id, 0, progress(8));
  const changes = { filename: placed.filename, size: 8, dueIn: null };
  const ended = await records.finishUpload(id, 0, 'available', changes, happened());
  assert.equal(ended.state, 'available');
  await records.foldNames(10);
  const found = await records.search(
    { prefix: 'ol', recordId: kept[0]?.recordId ?? '', states: ['available', 'deleted'] },
    { limit: 10 },
  );
  assert.equal(found.documents.length, 2);
}

for (const number of older.keys()) {
  test(`SQLite: schema ${number + 1} with what it holds becomes the newest`, async (t) => {
    const folder = await testFolder(t);
    const { kept, statements } = rowsOf(number + 1);
    const db = new DatabaseSync(join(folder, 'strongroom.db'));
    for (const statement of [...schema(number + 1, sqliteTypes), ...statements]) db.exec(statement);
    db.close();
    const records = openSqliteRecords({ folder });
    t.after(() => records.close());
    await assertServes(records, kept);
  });
}

describe('PostgreSQL', { skip: needs('postgres') }, () => {
  async function query(url: string, statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(statements.join(';\n')).finally(() => client.end());
  }

  for (const number of older.keys()) {
    test(`schema ${number + 1} with what it holds becomes the newest`, async (t) => {
      const url = await testDatabase(t);
      const { kept, statements } = rowsOf(number + 1);
      await query(url, [...schema(number + 1, postgresTypes), ...statements]);
      const records = openPostgresRecords({ url });
      t.after(() => records.close());
      await assertServes(records, kept);
    });
  }
});
