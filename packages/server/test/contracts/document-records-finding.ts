import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Document, type State, states } from '../../src/documents/document.ts';
import { uuidv7 } from '../../src/documents/uuid.ts';
import type { Filter, Page, Position } from '../../src/records/document-records.ts';
import type { Records } from '../../src/records/records.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import { draft, freshRecord, happened } from './document-records-samples.ts';

/** `find` against a plain array. */
export function describeFinding(opened: () => Opened): void {
  test('pages are those of a sorted array, for every filter and sort', async () => {
    const { records } = opened();
    // Without a recordId all of the suite's rows are found; the types of this test keep to its own.
    const [recordA, recordB, prefix] = [freshRecord(), freshRecord(), `${freshRecord()}-`];
    const shelf = [...(await fill(records, recordA, prefix)), ...(await fill(records, recordB, prefix))];
    await fc.assert(
      fc.asyncProperty(query([recordA, recordB], prefix), async ({ filter, sort, limit }) => {
        const expected = shelf.filter(matches(filter)).sort(comparing(sort));
        const { found, pages } = await walk(records, filter, { sort, limit });
        assert.deepEqual(found, expected);
        assert.equal(pages, Math.max(1, Math.ceil(expected.length / limit)));
      }),
      { numRuns: 150 },
    );
  });

  test('rows that come and go between pages repeat and lose none that was there all along', async () => {
    const { records } = opened();
    for (const by of ['createdAt', 'filename', 'size'] as const) {
      for (const descending of [false, true]) {
        const recordId = freshRecord();
        const there = await fill(records, recordId, 'walk-');
        const seen: string[] = [];
        let after: Position | null = null;
        do {
          const page: Page = { sort: { by, descending }, limit: 4, ...(after && { after }) };
          const { documents, next } = await records.find({ recordId }, page);
          seen.push(...documents.map((document) => document.id));
          await fill(records, recordId, 'walk-', 3);
          after = next;
        } while (after !== null && seen.length < 500);
        assert.equal(new Set(seen).size, seen.length, 'a row came twice');
        for (const { id } of there) assert.ok(seen.includes(id), 'a row was lost');
      }
    }
  });

  test('as many types as may be asked for are found in every state', async () => {
    const { records } = opened();
    const recordId = freshRecord();
    const types = Array.from({ length: 16 }, (_, n) => `type-${n}`);
    for (const type of types) await records.create(draft({ recordId, type }), happened());
    const page = { sort: { by: 'createdAt', descending: false }, limit: 20 } as const;
    const { documents } = await records.find({ recordId, types, states }, page);
    assert.deepEqual(documents.map(({ type }) => type).sort(), types.toSorted());
  });

  test('what is not offered is refused', async () => {
    const { records } = opened();
    const page = (by: 'createdAt' | 'filename' | 'size', after?: Position): Page => ({
      sort: { by, descending: false },
      limit: 5,
      ...(after && { after }),
    });
    const recordId = freshRecord();
    const id = uuidv7();
    const refused: [Filter, Page][] = [
      [{}, page('filename')],
      [{ type: 'id' }, page('size')],
      [{ recordId, createdAfter: new Date() }, page('filename')],
      [{ recordId, createdBefore: new Date() }, page('size')],
      [{ recordId }, page('filename', { value: 5, id })],
      [{ recordId }, page('filename', { value: null, id })],
      [{ recordId }, page('createdAt', { value: 'x', id })],
      [{ recordId }, page('createdAt', { value: null, id })],
      [{ recordId }, page('size', { value: 5, id: 'nonsense' })],
    ];
    for (const [filter, given] of refused) {
      await assert.rejects(records.find(filter, given), refuses('invalid_input'));
    }
  });

  test('a filter that no row can match finds nothing', async () => {
    const { records } = opened();
    await records.create(draft({ recordId: '\ufffd' }), happened());
    const page = { sort: { by: 'createdAt', descending: true }, limit: 5 } as const;
    for (const filter of [
      { recordId: '\ud800' },
      { type: 'id/x', recordId: 'y' },
      { recordId: 'a\0' },
      { type: '\udc00' },
      { states: [] },
      { types: [] },
      { types: ['id/x', '\udc00'] },
    ]) {
      assert.deepEqual(await records.find(filter, page), { documents: [], next: null });
    }
  });
}

const times = [1_000, 1_001, 1_001, 2_000, 2_000, 2_000, 3_000];
const names = ['a.pdf', 'A.pdf', 'a.pdf', 'é.pdf', 'z.pdf', '😀.pdf', '\uffff.pdf', "b'.pdf"];
const sizes = [null, 0, 1, 1, 2, 10, 5_000_000_000];

/** Documents of one record in every state, full of ties. */
async function fill(records: Records, recordId: string, prefix: string, count = 30): Promise<Document[]> {
  const pick = <T>(from: readonly T[]) => from[Math.floor(Math.random() * from.length)] as T;
  return Promise.all(
    Array.from({ length: count }, async () => {
      const createdAt = new Date(pick(times));
      const type = prefix + pick(['id', 'contract']);
      const one = draft({ recordId, type, createdAt, filename: pick(names) });
      const { document } = await records.create(one, happened());
      const [state, size] = [pick(states), pick(sizes)];
      if (state === 'receiving') return document;
      const changes = { dueIn: null, ...(size !== null && { size }) };
      return records.transition(document.id, ['receiving'], state, changes, happened());
    }),
  );
}

async function walk(records: Records, filter: Filter, page: Page) {
  const found: Document[] = [];
  let pages = 0;
  for (let after: Position | null | undefined; after !== null; pages++) {
    const { documents, next } = await records.find(filter, { ...page, ...(after && { after }) });
    found.push(...documents);
    after = next;
  }
  return { found, pages };
}

function query(recordIds: string[], prefix: string) {
  const sort = (by: Page['sort']['by']) => fc.record({ by: fc.constant(by), descending: fc.boolean() });
  const states_ = fc.option(fc.uniqueArray(fc.constantFrom<State>(...states), { minLength: 1 }), {
    nil: undefined,
  });
  const type = fc.constantFrom(`${prefix}id`, `${prefix}contract`, `${prefix}none`);
  const types = fc.uniqueArray(fc.oneof(type, fc.constant('no/type')), { minLength: 1 });
  const time = fc.option(
    fc.integer({ min: 999, max: 3_001 }).map((at) => new Date(at)),
    { nil: undefined },
  );
  const recordId = fc.constantFrom(...recordIds, 'nobody');
  const limit = fc.constantFrom(1, 2, 7, 30, 200);
  const filter = (parts: object) => fc.record({ states: states_, ...parts }).map(named);
  return fc.oneof(
    fc.record({ filter: filter({ recordId }), sort: fc.oneof(sort('filename'), sort('size')), limit }),
    fc.record({ filter: filter({ recordId, type }), sort: fc.oneof(sort('filename'), sort('size')), limit }),
    fc.record({
      filter: filter({ type, createdAfter: time, createdBefore: time }),
      sort: sort('createdAt'),
      limit,
    }),
    fc.record({
      filter: filter({ recordId, createdAfter: time, createdBefore: time }),
      sort: sort('createdAt'),
      limit,
    }),
    fc.record({ filter: filter({ recordId, types }), sort: fc.oneof(sort('filename'), sort('size')), limit }),
    fc.record({
      filter: filter({ recordId, types, createdAfter: time, createdBefore: time }),
      sort: sort('createdAt'),
      limit,
    }),
    fc.record({
      filter: filter({ recordId, type, createdAfter: time, createdBefore: time }),
      sort: sort('createdAt'),
      limit,
    }),
  );
}

/** Without the members that are undefined. */
function named(filter: object): Filter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function matches(filter: Filter) {
  return (document: Document) =>
    (filter.recordId === undefined || document.recordId === filter.recordId) &&
    (filter.type === undefined || document.type === filter.type) &&
    (filter.types?.includes(document.type) ?? true) &&
    (filter.states?.includes(document.state) ?? true) &&
    (filter.createdAfter === undefined || document.createdAt > filter.createdAfter) &&
    (filter.createdBefore === undefined || document.createdAt < filter.createdBefore);
}

/** Names by the bytes of their UTF-8; a size that is not known yet before all others; ties by id. */
function comparing({ by, descending }: Page['sort']) {
  const compare = (a: Document, b: Document): number => {
    if (by === 'filename') return Buffer.compare(Buffer.from(a.filename), Buffer.from(b.filename));
    if (by === 'size') return (a.size ?? -1) - (b.size ?? -1);
    return a.createdAt.getTime() - b.createdAt.getTime();
  };
  const sign = descending ? -1 : 1;
  return (a: Document, b: Document) => sign * (compare(a, b) || (a.id < b.id ? -1 : 1));
}
