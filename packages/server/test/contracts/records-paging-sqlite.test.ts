import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { findQuery } from '../../src/records/find-query.ts';
import { searchQuery } from '../../src/records/search-query.ts';
import { sqliteDialect } from '../../src/records/sqlite-dialect.ts';
import { openDatabase } from '../../src/records/sqlite-folder.ts';
import { type Ending, testFolder } from '../harness.ts';
import { limit, listings, type ShelfRow, searches, shelf } from './records-paging-shelf.ts';

describe('lists over 100,000 rows in SQLite', () => {
  const undo: (() => unknown)[] = [];
  const rows = shelf();
  let db: DatabaseSync;
  let examined = 0;

  before(async () => {
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };
    db = await openDatabase(await testFolder(ending));
    undo.unshift(() => db.close());
    fill(db, rows);
    db.function('examined', (_id) => ++examined);
  });
  after(async () => {
    for (const last of undo) await last();
  });

  /** Runs it with a function in every WHERE that counts the rows it is asked about. */
  const count = (sql: string, parameters: readonly (string | number | null)[]): number => {
    examined = 0;
    db.prepare(sql.replaceAll(' WHERE ', ' WHERE examined(id) AND ')).all(...parameters);
    return examined;
  };
  const plan = (sql: string, parameters: readonly (string | number | null)[]): string[] =>
    db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...parameters)
      .map((step) => String(step.detail));

  test('every offered list examines at most 4 rows for one that it may show, and sorts none', () => {
    let worst = 0;
    for (const { filter, page } of listings(rows)) {
      const query = findQuery(filter, page, sqliteDialect);
      assert.ok(query);
      const what = JSON.stringify({ filter, page });
      const steps = plan(query.sql, query.parameters);
      assert.deepEqual(
        steps.filter((step) => /SCAN|TEMP B-TREE/.test(step)),
        [],
        what,
      );
      // The index itself answers every condition: what the function is not asked about was not read either.
      const conditions = query.sql.match(/(?<=WHERE ).*?(?= UNION| ORDER)/)?.[0].split(' AND ').length;
      const searches = steps.filter((step) => step.startsWith('SEARCH documents'));
      assert.equal(searches.length, (filter.states?.length ?? 9) * (filter.types?.length ?? 1), what);
      for (const search of searches)
        assert.equal(search.split(' AND ').length, conditions, `${search} ${what}`);
      const read = count(query.sql, query.parameters);
      assert.ok(read <= 4 * limit, `${read} rows examined for ${what}`);
      worst = Math.max(worst, read);
    }
    assert.ok(worst > limit, 'no list was long enough to tell');
  });

  test('every offered search examines no more than the rows of its page for each arm', () => {
    let worst = 0;
    for (const { half, search, after, most } of searches(rows)) {
      const query = searchQuery(half, search, { limit: limit + 1, after }, sqliteDialect);
      assert.ok(query);
      const what = JSON.stringify({ half, search, after });
      const steps = plan(query.sql, query.parameters).filter((step) => / documents /.test(`${step} `));
      const arms = half === 'record' && after !== null ? 2 : 1;
      assert.equal(steps.length, search.states.length * arms, what);
      for (const step of steps) assert.match(step, /^SEARCH documents USING INDEX/, what);
      const read = count(query.sql, query.parameters);
      assert.ok(read <= most, `${read} rows examined, ${most} may be, for ${what}`);
      worst = Math.max(worst, read);
    }
    assert.ok(worst > limit, 'no search was long enough to tell');
  });

  test('the measure sees a query that reads too much', () => {
    const sql = `SELECT id FROM documents INDEXED BY documents_by_created_at WHERE state = 'archived' ORDER BY created_at LIMIT 1 OFFSET 500`;
    assert.ok(count(sql, []) > 4 * limit);
  });
});

function fill(db: DatabaseSync, rows: readonly ShelfRow[]): void {
  const insert = db.prepare(
    `INSERT INTO documents (id, record_id, type, state, created_at, filename, size, content_type, store, key,
      metadata, created_by_kind, created_by_id, updated_at, revision, looks, folded_name)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'application/pdf', 'disk', ?1, '{}', 'key', 'k', 0, 1, 0, ?6)`,
  );
  db.exec('BEGIN');
  for (const { id, recordId, type, state, createdAt, filename, size } of rows) {
    insert.run(id, recordId, type, state, createdAt, filename, size);
  }
  db.exec('COMMIT');
  db.exec('ANALYZE');
}
