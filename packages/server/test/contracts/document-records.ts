import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/documents/document.ts';
import { uuidv7 } from '../../src/documents/uuid.ts';
import { type ErrorCode, StartError, StrongroomError } from '../../src/errors.ts';
import type { Records } from '../../src/records/records.ts';
import type { Ending } from '../harness.ts';
import { describeFinding } from './document-records-finding.ts';
import { describeIdempotency } from './document-records-idempotency.ts';
import {
  abandoned,
  available,
  draft,
  happened,
  minute,
  receiving,
  sha256,
} from './document-records-samples.ts';

/** Two connections to one set of records, as two processes would have them. */
export interface Opened {
  readonly records: Records;
  readonly second: Records;
}

/** What every keeper of records must do; see the port in src/records/document-records.ts. */
export function documentRecordsContract(name: string, open: (t: Ending) => Promise<Opened>): void {
  describe(`records on ${name}`, () => {
    let opened: Opened;
    const undo: (() => unknown)[] = [];
    before(async () => {
      opened = await open({ after: (last) => void undo.push(last as () => unknown) });
    });
    after(async () => {
      await opened?.records.close();
      await opened?.second.close();
      for (const last of undo) await last();
    });
    const both = () => opened;

    describeWriting(both);
    describeTransitions(both);
    describeQueue(both);
    describeForgetting(both);
    describeIdempotency(both);
    describeFinding(both);
    describeKeys(both);
  });
}

/** For assert.rejects: a domain error with that code and at least these parameters. */
export function refuses(code: ErrorCode, parameters: object = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof StrongroomError, `not a domain error: ${error}`);
    assert.equal(error.code, code);
    assert.deepEqual({ ...error.parameters, ...parameters }, error.parameters);
    return true;
  };
}

/** For assert.rejects: an operator must mend it, says one line. */
export function stopsStart(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StartError, `not a StartError: ${error}`);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

function describeWriting(opened: () => Opened): void {
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
    assert.deepEqual(rest, { documentId: document.id, ...received });
    assert.deepEqual(more, []);
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

function describeTransitions(opened: () => Opened): void {
  test('a transition changes what is named, counts up and writes its event', async () => {
    const { records } = opened();
    const before = await receiving(records, { metadata: { a: 1 } });
    const at = new Date(before.createdAt.getTime() + 5);
    const event = happened({ action: 'document.available', at, details: { size: 4 } });
    const changes = { size: 4, sha256, versionId: 'v1', filename: 'new.pdf', metadata: {}, dueIn: null };
    const arrived = await records.transition(before.id, ['receiving'], 'available', changes, event);
    assert.deepEqual(arrived, {
      ...before,
      state: 'available',
      size: 4,
      sha256,
      filename: 'new.pdf',
      metadata: {},
      storage: { ...before.storage, versionId: 'v1' },
      updatedAt: at,
      revision: 2,
    });
    const deletion = { stateBefore: 'available', deletedAt: at, purgeAfter: at, archivedAt: at } as const;
    const trashed = await records.transition(
      before.id,
      ['archived', 'available'],
      'deleted',
      { ...deletion, dueIn: minute },
      happened({ action: 'document.deleted', at }),
    );
    assert.deepEqual(trashed, { ...arrived, ...deletion, state: 'deleted', revision: 3 });
    const cleared = { stateBefore: null, deletedAt: null, purgeAfter: null, archivedAt: null };
    const restored = await records.transition(
      before.id,
      ['deleted'],
      'available',
      { ...cleared, dueIn: null },
      happened({ action: 'document.restored', at }),
    );
    assert.deepEqual(restored, { ...arrived, revision: 4 });
    assert.deepEqual(await records.get(before.id), restored);
    assert.deepEqual(
      (await records.events(before.id)).map((line) => line.action),
      ['document.received', 'document.available', 'document.deleted', 'document.restored'],
    );
  });

  test('history is in the order of what happened, whatever the clocks said', async () => {
    const { records } = opened();
    const { id } = await receiving(records);
    const early = happened({ action: 'document.available', at: new Date(0) });
    await records.transition(id, ['receiving'], 'available', { dueIn: null }, early);
    const actions = (await records.events(id)).map((event) => event.action);
    assert.deepEqual(actions, ['document.received', 'document.available']);
  });

  test('a document in another state refuses and keeps its facts', async () => {
    const { records } = opened();
    const document = await available(records);
    await assert.rejects(
      records.transition(
        document.id,
        ['archived', 'receiving'],
        'deleted',
        { size: 9, dueIn: 0 },
        happened(),
      ),
      refuses('state_conflict', { id: document.id, state: 'available', wanted: 'deleted' }),
    );
    assert.deepEqual(await records.get(document.id), document);
    assert.equal((await records.events(document.id)).length, 2);
  });

  test('of 50 racing transitions one wins', async () => {
    const { records, second } = opened();
    const { id } = await receiving(records);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 ? records : second).transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, happened()),
      ),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(lost.length, 49);
    for (const { reason } of lost) refuses('state_conflict', { state: 'abandoned' })(reason);
    assert.equal((await records.events(id)).length, 2);
  });

  test('a change wants the revision it saw, and a state that allows it', async () => {
    const { records } = opened();
    const document = await available(records, { metadata: { a: 1 } });
    const changed = await records.change(
      document.id,
      document.revision,
      ['available'],
      { filename: 'renamed.pdf' },
      happened({ action: 'document.changed', at: document.updatedAt }),
    );
    assert.deepEqual(changed, { ...document, filename: 'renamed.pdf', revision: document.revision + 1 });
    const change = (revision: number, from: 'available' | 'archived') =>
      records.change(document.id, revision, [from], { metadata: {} }, happened());
    await assert.rejects(
      change(document.revision, 'available'),
      refuses('revision_conflict', { revision: changed.revision }),
    );
    await assert.rejects(
      change(changed.revision, 'archived'),
      refuses('state_conflict', { state: 'available' }),
    );
    assert.deepEqual(await records.get(document.id), changed);
  });

  test('of 20 changes to one revision one wins', async () => {
    const { records, second } = opened();
    const { id, revision } = await available(records);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : second).change(
          id,
          revision,
          ['available'],
          { metadata: { index } },
          happened(),
        ),
      ),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(lost.length, 19);
    for (const { reason } of lost) refuses('revision_conflict', { revision: revision + 1 })(reason);
  });
}

function describeQueue(opened: () => Opened): void {
  /** Claims until nothing is due, so that a test sees its own rows only. */
  const settle = async (records: Records) => {
    while ((await records.claim(['abandoned', 'purging', 'deleted'], { limit: 100, lease: minute })).length);
  };

  test('heartbeats keep an upload from being claimed, and tell of a lost race', async () => {
    const { records } = opened();
    const [alive, dead] = [await receiving(records, { dueIn: 0 }), await receiving(records, { dueIn: 0 })];
    const settled = await available(records);
    const beat = await records.heartbeat([alive.id, settled.id, randomUUID()], minute);
    assert.deepEqual(beat, new Set([alive.id]));
    assert.deepEqual(await records.heartbeat([], minute), new Set());
    const claimed = await records.claim(['receiving'], { limit: 100, lease: minute });
    const ids = claimed.map(({ document }) => document.id);
    assert.ok(ids.includes(dead.id) && !ids.includes(alive.id) && !ids.includes(settled.id));
    assert.deepEqual(
      claimed.find(({ document }) => document.id === dead.id),
      { document: dead, looks: 0 },
    );
  });

  test('what is due is claimed earliest first, and only in the states asked for', async () => {
    const { records } = opened();
    await settle(records);
    const first = await abandoned(records);
    await sleep(5);
    const second = await abandoned(records);
    await sleep(5);
    const { id } = await available(records);
    const third = await records.transition(id, ['available'], 'deleted', { dueIn: 0 }, happened());
    const claim = (limit: number) =>
      records.claim(['deleted', 'abandoned', 'deleted'], { limit, lease: minute });
    assert.deepEqual(await records.claim(['purging'], { limit: 9, lease: minute }), []);
    assert.deepEqual(await records.claim([], { limit: 9, lease: minute }), []);
    assert.deepEqual(
      (await claim(2)).map(({ document }) => document.id),
      [first.id, second.id],
    );
    assert.deepEqual(await claim(2), [{ document: third, looks: 0 }]);
  });

  test('a row is answered once within its lease among all processes, and is due again after it', async () => {
    const { records, second } = opened();
    await settle(records);
    const ids = new Set<string>();
    for (let left = 30; left > 0; left--) ids.add((await abandoned(records)).id);
    const lease = 1_500;
    const drain = async (from: Records): Promise<string[]> => {
      const got: string[] = [];
      for (;;) {
        const rows = await from.claim(['abandoned'], { limit: 4, lease });
        if (rows.length === 0) return got;
        got.push(...rows.map(({ document }) => document.id));
      }
    };
    const got = (await Promise.all([records, second, records, second].map(drain))).flat();
    assert.equal(got.length, 30);
    assert.deepEqual(new Set(got), ids);
    await sleep(lease + 50);
    const again = await records.claim(['abandoned'], { limit: 100, lease: minute });
    assert.deepEqual(new Set(again.map(({ document }) => document.id)), ids);
  });

  test('a second look comes later and is counted; another state begins anew', async () => {
    const { records } = opened();
    await settle(records);
    const { id } = await abandoned(records);
    const claim = () => records.claim(['abandoned', 'purging'], { limit: 9, lease: minute });
    assert.deepEqual(
      (await claim()).map(({ looks }) => looks),
      [0],
    );
    await records.lookAgain(id, minute);
    assert.deepEqual(await claim(), []);
    await records.lookAgain(id, 0);
    const [row] = await claim();
    assert.equal(row?.looks, 2);
    assert.equal(row?.document.revision, 2);
    assert.equal((await records.events(id)).length, 2);
    await records.transition(id, ['abandoned'], 'purging', { dueIn: 0 }, happened());
    assert.deepEqual(
      (await claim()).map(({ looks }) => looks),
      [0],
    );
  });

  test('null means never due', async () => {
    const { records } = opened();
    await settle(records);
    const { id } = await available(records);
    await records.transition(id, ['available'], 'deleted', { dueIn: null }, happened());
    assert.deepEqual(await records.claim(['available', 'deleted'], { limit: 9, lease: 1 }), []);
  });
}

function describeForgetting(opened: () => Opened): void {
  test('forgetting takes the row and its history, and only when its bytes are gone', async () => {
    const { records } = opened();
    const kept = await available(records);
    await assert.rejects(
      records.forget(kept.id),
      refuses('state_conflict', { id: kept.id, state: 'available' }),
    );
    assert.equal((await records.events(kept.id)).length, 2);
    const gone = await abandoned(records);
    await records.forget(gone.id);
    assert.equal(await records.get(gone.id), null);
    assert.deepEqual(await records.events(gone.id), []);
    await records.forget(gone.id);
    assert.deepEqual(await records.get(kept.id), kept);
  });

  test('keys that a row names are known', async () => {
    const { records } = opened();
    const recordId = `11111111-1111-1111-1111-${randomUUID()}`;
    const documents = [await available(records), await receiving(records, { recordId })];
    const keys = documents.map((document) => document.storage.key);
    const unknown = [
      `${keys[0]}x`,
      `x${keys[0]}`,
      `a/b/${uuidv7()}.pdf`,
      '',
      'no id',
      keys[0]?.toUpperCase() ?? '',
    ];
    assert.deepEqual(await records.known([...unknown, ...keys, ...keys]), new Set(keys));
    assert.deepEqual(await records.known([]), new Set());
  });
}

function describeKeys(opened: () => Opened): void {
  test('API keys are kept, listed newest first, and revoked once', async () => {
    const { records } = opened();
    const key = (id: string, createdAt: number) => ({
      id,
      name: `Büro ${id}`,
      hash: sha256,
      createdAt: new Date(createdAt),
      revokedAt: null,
    });
    const [older, newer] = [key('a', 1_000), key('b', 2_000)];
    await records.createKey(newer);
    await records.createKey(older);
    assert.deepEqual(await records.keys(), [newer, older]);
    assert.deepEqual(await records.findKey('a'), older);
    for (const id of ['c', 'A', '', 'a\0', '\ud800']) assert.equal(await records.findKey(id), null);
    assert.equal(await records.revokeKey('a', new Date(3_000)), true);
    assert.equal(await records.revokeKey('a', new Date(4_000)), true);
    assert.equal(await records.revokeKey('c', new Date(4_000)), false);
    assert.deepEqual(await records.findKey('a'), { ...older, revokedAt: new Date(3_000) });
    await assert.rejects(records.createKey(newer), refuses('internal'));
  });

  test('of racing values the first is kept, and everyone is told it', async () => {
    const { records, second } = opened();
    assert.equal(await records.kept('deployment'), null);
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : second).keepOnce('deployment', `value-${index}`),
      ),
    );
    assert.equal(new Set(told).size, 1);
    assert.equal(await second.kept('deployment'), told[0]);
    assert.equal(await records.keepOnce('Deployment', 'other'), 'other');
  });

  test('the records answer a ping and say where they are', async () => {
    const { records } = opened();
    await records.ping();
    assert.match(records.describe(), /^(SQLite in .*strongroom\.db|PostgreSQL at [^:@]+:\d+\/\w+)$/);
  });
}
