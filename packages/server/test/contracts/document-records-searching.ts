import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Document, type State, searchableStates } from '../../src/documents/document.ts';
import type { Search, SearchPosition } from '../../src/records/document-records.ts';
import { foldedName } from '../../src/records/folded-name.ts';
import type { Records } from '../../src/records/records.ts';
import type { Opened } from './document-records.ts';
import { draft, freshRecord, happened } from './document-records-samples.ts';

const all: readonly State[] = searchableStates;

/** Stored under a name, as an upload is; in the end in `state`. */
async function stored(
  records: Records,
  changes: Partial<Pick<Document, 'recordId' | 'filename' | 'type'>>,
  state: State = 'available',
): Promise<Document> {
  const made = draft(changes);
  await records.create(made, happened({ action: 'document.received' }));
  const { filename } = made;
  const available = await records.transition(
    made.id,
    ['receiving'],
    'available',
    { size: 1, filename, dueIn: null },
    happened({ action: 'document.available' }),
  );
  if (state === 'available') return available;
  const action = state === 'archived' ? 'document.archived' : 'document.deleted';
  return records.transition(made.id, ['available'], state, { dueIn: null }, happened({ action }));
}

/** All pages of a search, and how many there were. */
async function walked(records: Records, search: Search, limit: number) {
  const found: Document[] = [];
  let pages = 0;
  for (let after: SearchPosition | null = null; ; pages += 1) {
    const { documents, next } = await records.search(search, { limit, ...(after && { after }) });
    assert.ok(documents.length <= limit);
    found.push(...documents);
    if (next === null) return { found, pages: pages + 1 };
    assert.ok(pages < 500, 'a search without end');
    after = next;
  }
}

/** `search` against a plain array. */
export function describeSearching(opened: () => Opened): void {
  test('a search is what a sorted array says, for every prefix, filter and page', async () => {
    const { records } = opened();
    const word = freshRecord();
    const ids = [`${word}-a`, `${word}-a/b`, `${word}-B`];
    const names = [`${word} ä.pdf`, `${word} A.pdf`, `${word} b`, `Z${word}`, 'ﬁn', 'FIN.txt', `${word}`];
    const shelf: Document[] = [];
    for (let n = 0; n < 60; n += 1) {
      const state = (['available', 'archived', 'deleted'] as const)[n % 3];
      const changes = {
        recordId: ids[n % 4] ?? `other-${word}`,
        filename: names[(n * 5) % 7] ?? '',
        type: n % 2 === 0 ? `${word}-id` : `${word}-other`,
      };
      shelf.push(await stored(records, changes, state));
    }
    const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const expected = ({ prefix, recordId, type, states }: Search): string[] => {
      const within = shelf.filter(
        (row) =>
          states.includes(row.state) &&
          (recordId ?? row.recordId) === row.recordId &&
          (type ?? row.type) === row.type,
      );
      const ofRecords = recordId === undefined ? within.filter((row) => row.recordId.startsWith(prefix)) : [];
      const folded = foldedName(prefix);
      const ofNames = within.filter(
        (row) => folded !== '' && foldedName(row.filename).startsWith(folded) && !ofRecords.includes(row),
      );
      ofRecords.sort(
        (a, b) => bytes(a.recordId, b.recordId) || +a.createdAt - +b.createdAt || bytes(a.id, b.id),
      );
      ofNames.sort((a, b) => bytes(foldedName(a.filename), foldedName(b.filename)) || bytes(a.id, b.id));
      return [...ofRecords, ...ofNames].map(({ id }) => id);
    };
    const drawn = fc.record(
      {
        prefix: fc.constantFrom(
          word,
          `${word} a`,
          `${word}-`,
          `${word}-a`,
          `${word}-b`,
          `Z${word}`,
          'fiN',
          '\u0301',
        ),
        recordId: fc.constantFrom(...ids),
        type: fc.constantFrom(`${word}-id`, `${word}-other`, 'none'),
        states: fc.constantFrom(all, ['available'] as const, ['archived', 'deleted'] as const),
      },
      { requiredKeys: ['prefix', 'states'] },
    );
    const ours = new Set(shelf.map(({ id }) => id));
    await fc.assert(
      fc.asyncProperty(drawn, fc.integer({ min: 1, max: 9 }), async (search, limit) => {
        const { found } = await walked(records, search as Search, limit);
        // The names that are no word of this test's own may be those of others.
        const mine = found.map(({ id }) => id).filter((id) => ours.has(id));
        assert.deepEqual(mine, expected(search as Search));
      }),
      { numRuns: 60 },
    );
  });

  test('a document is found from when its bytes are there, by its newest name, until it is purged', async () => {
    const { records } = opened();
    const word = freshRecord();
    const made = draft({ filename: `${word} one.pdf` });
    const found = async (prefix: string) =>
      (await records.search({ prefix, states: all }, { limit: 5 })).documents.map(({ id }) => id);
    await records.create(made, happened({ action: 'document.received' }));
    assert.deepEqual(await found(`${word} one`), []);
    const move = (from: State, to: State, changes: object) =>
      records.transition(
        made.id,
        [from],
        to,
        { dueIn: null, ...changes },
        happened({ action: 'document.changed' }),
      );
    const { revision } = await move('receiving', 'available', { filename: made.filename });
    assert.deepEqual(await found(`${word.toUpperCase()} ONE`), [made.id]);
    await records.change(
      made.id,
      revision,
      ['available'],
      { filename: `${word} two.pdf` },
      happened({ action: 'document.changed' }),
    );
    assert.deepEqual(await found(`${word} one`), []);
    assert.deepEqual(await found(`${word} two`), [made.id]);
    await move('available', 'deleted', {});
    assert.deepEqual(await found(`${word} two`), [made.id]);
    await move('deleted', 'purging', {});
    await move('purging', 'purged', { filename: `${word} gone` });
    assert.deepEqual(await found(word), []);
  });

  test('names that were written without are found once they are folded, by whoever is first', async () => {
    const { records, second } = opened();
    const word = freshRecord();
    const made = Array.from({ length: 12 }, (_, n) => draft({ filename: `${word} ${n % 10}É.pdf` }));
    for (const each of made) {
      await records.create(each, happened({ action: 'document.received' }));
      // As an earlier version does: it names no name.
      await records.transition(
        each.id,
        ['receiving'],
        'available',
        { size: 1, dueIn: null },
        happened({ action: 'document.available' }),
      );
    }
    const search = { prefix: word, states: all };
    assert.deepEqual((await walked(records, search, 5)).found, []);
    while (Math.max(...(await Promise.all([records.foldNames(5), second.foldNames(5)]))) > 0);
    assert.equal((await walked(records, search, 5)).found.length, 12);
    assert.equal(
      (await records.search({ ...search, prefix: `${word} 1e` }, { limit: 5 })).documents.length,
      2,
    );
    assert.equal(await records.foldNames(5), 0);
  });
}
