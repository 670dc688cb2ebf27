import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Event, JsonObject } from '../../src/documents/document.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import { abandoned, available, draft, happened, receiving } from './document-records-samples.ts';

/** `create`, `get`, and that what went in comes out. */
export function describeWriting(opened: () => Opened): void {
  test('a new document is there as it was written, with its first event', async () => {
    const { records } = opened();
    const written = draft({ metadata: { case: 7 }, filename: 'a b.pdf' });
    const received = happened({ details: { claimed: 'text/html' }, requestId: null });
    const { document, created } = await records.create(written, received);
    const { dueIn: _, ...facts } = written;
    assert.equal(created, true);
    assert.deepEqual(document, {
      ...facts,
      size: null,
      sha256: null,
      stateBefore: null,
      updatedAt: written.createdAt,
      archivedAt: null,
      deletedAt: null,
      purgeAfter: null,
      revision: 1,
    });
    assert.deepEqual(await records.get(document.id), document);
    const [event, ...more] = await records.events(document.id);
    assert.ok(event);
    const { id, ...rest } = event;
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.deepEqual(rest, { documentId: document.id, revision: 1, ...received });
    assert.deepEqual(more, []);
  });

  test('a long history is told in parts, each row once', async () => {
    const { records } = opened();
    let document = await available(records);
    for (let n = 0; n < 11; n++) {
      const { id, revision } = document;
      document = await records.change(id, revision, ['available'], { filename: `${n}.pdf` }, happened());
    }
    const whole = await records.events(document.id);
    assert.equal(whole.length, 13);
    for (const limit of [1, 5, 13, 20]) {
      const told: Event[] = [];
      for (let part: Event[]; ; ) {
        const after = told.at(-1);
        part = await records.events(document.id, { limit, ...(after && { after }) });
        told.push(...part);
        if (part.length < limit) break;
      }
      assert.deepEqual(told, whole, `by ${limit}`);
    }
    await assert.rejects(
      records.events(document.id, { limit: 1, after: { revision: 1, id: 'nonsense' } }),
      refuses('invalid_input', { field: 'cursor' }),
    );
  });

  test('what is not there is null or empty, also under an id that is none', async () => {
    const { records } = opened();
    const written = await receiving(records);
    for (const id of [randomUUID(), 'nonsense', '', '\0', '\ud800', written.id.toUpperCase()]) {
      assert.equal(await records.get(id), null, id);
      assert.deepEqual(await records.events(id), []);
      await records.forget(id);
      await records.lookAgain(id, 1);
      assert.equal((await records.heartbeat([id], 1)).size, 0);
      await assert.rejects(
        records.transition(id, ['available'], 'deleted', { dueIn: null }, happened()),
        refuses('document_missing', { id }),
      );
      await assert.rejects(
        records.change(id, 1, ['available'], { filename: 'x' }, happened()),
        refuses('document_missing', { id }),
      );
    }
  });

  test('odd names are kept apart and unharmed', async () => {
    const { records } = opened();
    const names = [
      ...['../..', 'a/b', '%2e%2e', "Robert'); DROP TABLE documents;--", '"quoted"', '\\', '?1 $1', ' '],
      ...['😀', 'שלום', '\u202eevil', 'e\u0301', 'é', 'ẞ', 'ß', 'I', 'ı', 'i', '\ufffd', '\uffff'],
      ...['x'.repeat(200), '𝒳'.repeat(200), 'case', 'Case', 'CASE'],
    ];
    for (const name of names) {
      const written = draft({ recordId: name, filename: name });
      await records.create(written, happened());
      const got = await records.get(written.id);
      assert.equal(got?.recordId, name);
      assert.equal(got?.filename, name);
      assert.equal(got?.storage.key, written.storage.key);
      const page = { sort: { by: 'createdAt', descending: true }, limit: 10 } as const;
      const { documents } = await records.find({ recordId: name }, page);
      assert.deepEqual(
        documents.map((document) => document.id),
        [written.id],
        JSON.stringify(name),
      );
    }
  });

  test('metadata and details come back as the JSON that they are', async () => {
    const { records } = opened();
    const text =
      '{"__proto__":{"polluted":true},"":"empty name","constructor":null,"nested":{"list":[1,"2",[null,true,{}]],' +
      '"1e21":1e21,"small":5e-324,"large":1.7976931348623157e308,"integer":9007199254740993},' +
      '"nul":"\\u0000","lone":"\\ud800","text":"😀שלום\\"\'\\\\?1$1","line":"a\\nb"}';
    const metadata = JSON.parse(text) as JsonObject;
    const { document } = await records.create(draft({ metadata }), happened({ details: metadata }));
    const got = await records.get(document.id);
    for (const kept of [document.metadata, got?.metadata, (await records.events(document.id))[0]?.details]) {
      assert.equal(JSON.stringify(kept), JSON.stringify(metadata));
    }
    assert.equal(Object.getOwnPropertyDescriptor(got?.metadata, '__proto__')?.enumerable, true);
    // JSON has no negative zero: the answer to the write already says what will be read.
    const zero = await receiving(records, { metadata: { zero: -0 } });
    assert.deepEqual(zero.metadata, { zero: 0 });
  });

  test('replaces must name a kept document of the same record', async () => {
    const { records } = opened();
    const old = await available(records);
    const { recordId } = old;
    assert.equal((await receiving(records, { recordId, replaces: old.id })).replaces, old.id);
    const gone = await abandoned(records, { recordId });
    const elsewhere = await available(records);
    for (const replaces of [gone.id, elsewhere.id, randomUUID(), 'nonsense']) {
      const refused = draft({ recordId, replaces });
      await assert.rejects(
        records.create(refused, happened()),
        refuses('invalid_input', { field: 'replaces' }),
      );
      assert.equal(await records.get(refused.id), null);
      assert.deepEqual(await records.events(refused.id), []);
    }
  });

  test('a write that fails by itself does not fail its neighbours', async () => {
    const { records } = opened();
    const taken = await receiving(records);
    const drafts = Array.from({ length: 9 }, () => draft());
    const wrong = records.create(draft({ id: taken.id }), happened());
    const [failed, ...others] = await Promise.allSettled([
      wrong,
      ...drafts.map((one) => records.create(one, happened())),
    ]);
    assert.ok(failed?.status === 'rejected' && refuses('internal')(failed.reason));
    assert.deepEqual(new Set(others.map((one) => one.status)), new Set(['fulfilled']));
    for (const one of drafts) assert.equal((await records.events(one.id)).length, 1);
  });
}
