import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { type ErrorCode, hasCode, StrongroomError } from '../errors.ts';
import { DiskStore } from '../objects/disk.ts';
import type { Records } from '../records/records.ts';
import { openSqliteRecords } from '../records/sqlite.ts';
import type { Document } from './document.ts';
import { Documents, type DocumentsParts } from './documents.ts';
import type { IncomingBody, NewDocument } from './documents-port.ts';
import { type Action, type Caller, everything, type Rights, reaches, readingOnly } from './permissions.ts';
import { Policy } from './policy.ts';
import { purge, removeBytes } from './purge.ts';
import { Uploads } from './uploads.ts';
import { uuidv7 } from './uuid.ts';

const day = 24 * 3_600_000;
const caller: Caller = { actor: { kind: 'key', id: 'k1' }, key: 'k1', requestId: 'r1', rights: everything };
const stranger: Caller = {
  actor: { kind: 'link', id: 'k1' },
  key: null,
  requestId: 'r2',
  rights: readingOnly(randomUUID()),
};
const never = new AbortController().signal;

let folder: string;
let records: Records;
let store: DiskStore;
let parts: DocumentsParts;
let documents: Documents;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-documents-'));
  records = openSqliteRecords({ folder });
  store = new DiskStore({ folder: join(folder, 'objects') });
  await records.connect();
  await store.connect();
  const log = pino({ level: 'silent' });
  parts = {
    records,
    store,
    log,
    policy: new Policy(
      [
        {
          id: 'note',
          label: 'Note',
          accept: ['text/plain', 'application/pdf'],
          maxSize: 200_000,
          trashFor: 30 * day,
        },
        { id: 'selfie', label: 'Selfie', accept: ['text/plain'], maxSize: null, trashFor: 0 },
      ],
      1_000_000,
    ),
    uploads: new Uploads(records, { deadAfter: 60_000, endAfter: 60_000 }, log),
    keyTemplate: '{recordId}/{type}/{id}{ext}',
    uploadDeadAfter: 60_000,
    forgetAfter: day,
    deployment: () => 'd1',
  };
  documents = new Documents(parts);
});

after(async () => {
  await records.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function draft(changes: Partial<NewDocument> = {}): NewDocument {
  return {
    recordId: 'inquiry-1',
    type: 'note',
    filename: 'note.txt',
    contentType: 'text/plain',
    metadata: {},
    replaces: null,
    idempotencyKey: null,
    contentDigest: null,
    ...changes,
  };
}

/** A body in pieces, declared or not. */
function body(
  bytes: Buffer | string,
  { declared = true, pieces = 7_000 } = {},
): IncomingBody & { opened: boolean } {
  const whole = Buffer.from(bytes);
  const size = declared ? whole.length : null;
  return {
    size,
    atLeast: null,
    declared: size,
    whole: null,
    opened: false,
    open() {
      this.opened = true;
      return Readable.from(
        (function* () {
          for (let at = 0; at < whole.length; at += pieces) yield whole.subarray(at, at + pieces);
        })(),
      );
    },
  };
}

async function keep(text: Buffer | string = 'a note', changes: Partial<NewDocument> = {}): Promise<Document> {
  return (await documents.receive(caller, draft(changes), body(text), never)).document;
}

async function raises(code: ErrorCode, work: Promise<unknown>): Promise<StrongroomError> {
  let caught: unknown;
  await work.catch((error) => {
    caught = error;
  });
  assert.ok(hasCode(caught, code), `expected ${code}, got ${caught}`);
  return caught;
}

async function actions(id: string): Promise<string[]> {
  const { events } = await documents.events(caller, id, { limit: 50 });
  return events.map(({ action }) => action);
}

async function all(recordId: string): Promise<Document[]> {
  const page = { sort: { by: 'createdAt', descending: false }, limit: 50 } as const;
  return (await documents.find(caller, { recordId }, page)).documents;
}

describe('receiving', () => {
  for (const [name, size] of [
    ['small', 100],
    ['over the head', 150_000],
  ] as const) {
    for (const declared of [true, false]) {
      test(`a ${name} document ${declared ? 'of declared length' : 'of unknown length'} is kept as it came`, async () => {
        const bytes = Buffer.from(randomBytes(size / 2).toString('hex'));
        const { document, replayed } = await documents.receive(
          caller,
          draft(),
          body(bytes, { declared }),
          never,
        );
        assert.equal(replayed, false);
        assert.equal(document.state, 'available');
        assert.equal(document.size, size);
        assert.equal(document.sha256, createHash('sha256').update(bytes).digest('hex'));
        assert.deepEqual(await buffer(await (await documents.read(caller, document.id)).open()), bytes);
        assert.deepEqual(await actions(document.id), ['document.received', 'document.available']);
      });
    }
  }

  test('the object says which document it is', async () => {
    const document = await keep('self-described', { filename: 'Ünïcödé 📄.txt' });
    const facts = await store.stat(document.storage.key);
    assert.equal(facts?.description?.id, document.id);
    assert.equal(facts?.description?.deployment, 'd1');
    assert.equal(facts?.description?.filename, 'Ünïcödé 📄.txt');
    assert.equal(document.storage.key, `inquiry-1/note/${document.id}.txt`);
  });

  const refusals: [string, ErrorCode, Partial<NewDocument>, IncomingBody, boolean][] = [
    ['an empty record id', 'invalid_input', { recordId: '' }, body('x'), false],
    ['an unknown type', 'unknown_document_type', { type: 'passport' }, body('x'), false],
    ['a declared length over the limit', 'too_large', {}, body(Buffer.alloc(200_001, 'a')), false],
    ['a declared length of nothing', 'empty_body', {}, body(''), false],
    ['nothing, undeclared', 'empty_body', {}, body('', { declared: false }), true],
    ['a refused type', 'type_refused', {}, body(Buffer.from('\x89PNG\r\n\x1a\n0000000', 'latin1')), true],
    ['metadata that is too big', 'invalid_input', { metadata: { a: 'x'.repeat(9_000) } }, body('x'), false],
  ];
  for (const [name, code, changes, incoming, read] of refusals) {
    test(`refused without a record: ${name}`, async () => {
      const recordId = changes.recordId ?? `refused-${randomUUID()}`;
      await raises(code, documents.receive(caller, draft({ recordId, ...changes }), incoming, never));
      assert.equal(
        (incoming as { opened?: boolean }).opened,
        read,
        'the body was read too early, or not at all',
      );
      assert.deepEqual(await all(recordId), []);
    });
  }

  test('permission comes before everything else', async () => {
    const incoming = body('x');
    await raises('not_allowed', documents.receive(stranger, draft({ recordId: '' }), incoming, never));
    assert.equal(incoming.opened, false);
  });

  test('a body that passes the limit while it streams is refused, abandoned and leaves no bytes', async () => {
    const recordId = `large-${randomUUID()}`;
    const incoming = body(Buffer.alloc(300_000, 'a'), { declared: false });
    const error = await raises('too_large', documents.receive(caller, draft({ recordId }), incoming, never));
    assert.equal((error as StrongroomError<'too_large'>).parameters.limit, 200_000);
    const [left] = await all(recordId);
    assert.equal(left?.state, 'abandoned');
    assert.equal(await store.stat(left?.storage.key ?? ''), null);
  });

  test('a client that goes away leaves an abandoned record and no bytes', async () => {
    const recordId = `gone-${randomUUID()}`;
    const gone = new AbortController();
    const incoming: IncomingBody = {
      size: 150_000,
      atLeast: null,
      declared: 150_000,
      whole: null,
      open: () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(100_000, 'a');
            gone.abort(new StrongroomError('aborted', { reason: 'the client went away' }));
            await new Promise((resolve) => setTimeout(resolve, 20));
            yield Buffer.alloc(50_000, 'a');
          })(),
        ),
    };
    await raises('aborted', documents.receive(caller, draft({ recordId }), incoming, gone.signal));
    const [left] = await all(recordId);
    assert.equal(left?.state, 'abandoned');
    assert.equal(await store.stat(left?.storage.key ?? ''), null);
  });

  test('an upload that was given up while it ran removes its own object and says so', async () => {
    const recordId = `lost-${randomUUID()}`;
    const incoming: IncomingBody = {
      size: 150_000,
      atLeast: null,
      declared: 150_000,
      whole: null,
      open: () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(100_000, 'a');
            let [row] = await all(recordId);
            while (!row) [row] = await all(recordId);
            const happened = {
              action: 'document.abandoned',
              actor: caller.actor,
              requestId: null,
              at: new Date(),
            } as const;
            await records.transition(row.id, ['receiving'], 'abandoned', { dueIn: 0 }, happened);
            yield Buffer.alloc(50_000, 'a');
          })(),
        ),
    };
    await raises('state_conflict', documents.receive(caller, draft({ recordId }), incoming, never));
    const [left] = await all(recordId);
    assert.equal(left?.state, 'abandoned');
    assert.equal(await store.stat(left?.storage.key ?? ''), null);
  });

  test('an upload whose document is deleted while it runs hears so at once', async () => {
    const recordId = `deleted-${randomUUID()}`;
    const incoming: IncomingBody = {
      size: 150_000,
      atLeast: null,
      declared: 150_000,
      whole: null,
      open: () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(100_000, 'a');
            let [row] = await all(recordId);
            while (!row) [row] = await all(recordId);
            await documents.remove(caller, row.id);
            // A client that never sends the rest.
            await new Promise((resolve) => setTimeout(resolve, 30_000).unref());
          })(),
        ),
    };
    await raises('state_conflict', documents.receive(caller, draft({ recordId }), incoming, never));
    const [left] = await all(recordId);
    assert.equal(left?.state, 'abandoned');
    assert.equal(await store.stat(left?.storage.key ?? ''), null);
  });

  test('a repeated upload with its key answers the first document, and another one with the same key is refused', async () => {
    const idempotencyKey = randomUUID();
    const first = await documents.receive(caller, draft({ idempotencyKey }), body('once'), never);
    const again = await documents.receive(caller, draft({ idempotencyKey }), body('once'), never);
    assert.equal(again.replayed, true);
    assert.equal(again.document.id, first.document.id);
    const other = draft({ idempotencyKey, recordId: 'another' });
    await raises('idempotency_mismatch', documents.receive(caller, other, body('once'), never));
  });

  test('a wrong claim stands in the history, not in the record', async () => {
    const document = await keep('%PDF-1.7\n%%EOF\n', { contentType: 'image/png', filename: 'photo.png' });
    assert.equal(document.contentType, 'application/pdf');
    const [received] = (await documents.events(caller, document.id, { limit: 1 })).events;
    assert.equal(received?.details.detected, 'application/pdf');
    assert.equal(received?.details.claimed, 'image/png');
  });
});

describe('what a state allows', () => {
  test('the trash answers document_deleted, and a restore brings back the state before', async () => {
    const { id } = await keep();
    await documents.archive(caller, id);
    const removed = await documents.remove(caller, id);
    assert.equal(removed?.state, 'deleted');
    assert.equal(removed?.purgeAfter?.getTime(), (removed?.deletedAt?.getTime() ?? 0) + 30 * day);
    await raises('document_deleted', documents.read(caller, id));
    await raises('document_deleted', documents.change(caller, id, [4], { filename: 'x.txt' }));
    await raises('state_conflict', documents.archive(caller, id));
    const restored = await documents.restore(caller, id);
    assert.equal(restored.state, 'archived');
    assert.deepEqual([restored.deletedAt, restored.purgeAfter, restored.stateBefore], [null, null, null]);
    assert.notEqual(restored.archivedAt, null);
  });

  test('a repeat gives the same answer', async () => {
    const { id } = await keep();
    for (const move of ['archive', 'unarchive', 'remove', 'restore'] as const) {
      const first = await documents[move](caller, id);
      assert.deepEqual(await documents[move](caller, id), first, move);
    }
    assert.deepEqual(await actions(id), [
      'document.received',
      'document.available',
      'document.archived',
      'document.unarchived',
      'document.deleted',
      'document.restored',
    ]);
  });

  test('of many deletes at once all give the same answer', async () => {
    const { id } = await keep();
    const answers = await Promise.all(Array.from({ length: 8 }, () => documents.remove(caller, id)));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });

  test('gone at once: the bytes are gone with the answer, and a repeat answers alike', async () => {
    const document = await keep('gone', {
      type: 'selfie',
      filename: 'Jane Doe.txt',
      metadata: { person: 'Jane' },
    });
    assert.equal(await documents.remove(caller, document.id), null);
    assert.equal(await store.stat(document.storage.key), null);
    assert.equal(await documents.remove(caller, document.id), null);
    const left = await documents.describe(caller, document.id);
    assert.deepEqual([left.state, left.filename, left.metadata], ['purged', 'document.txt', {}]);
    await raises('document_missing', documents.read(caller, document.id));
    assert.deepEqual((await actions(document.id)).slice(2), [
      'document.deleted',
      'document.purging',
      'document.purged',
    ]);
  });

  test('a purge leaves an object alone that is not ours, and does not call its document purged', async () => {
    const document = await keep('ours');
    const removed = await documents.remove(caller, document.id);
    assert.ok(removed);
    const foreign: DocumentsParts = { ...parts, deployment: () => 'another' };
    await raises('object_exists', purge(foreign, removed));
    assert.notEqual(await store.stat(document.storage.key), null);
    const left = await documents.describe(caller, document.id);
    assert.deepEqual([left.state, left.filename], ['purging', 'note.txt']);
    await purge(parts, left);
    assert.equal(await store.stat(document.storage.key), null);
  });

  test('an upload that ends before it has a key has no bytes at one, and what lies in the store stays', async () => {
    const other = await keep('stays');
    const unplaced = { ...other, id: uuidv7(), storage: { ...other.storage, key: '' } };
    await removeBytes(parts, unplaced);
    assert.notEqual(await store.stat(other.storage.key), null);
  });

  test('a purge that was due does not end a document that came back and was deleted once more', async () => {
    const { id } = await keep();
    const due = await documents.remove(caller, id);
    assert.ok(due);
    await documents.restore(caller, id);
    const again = await documents.remove(caller, id);
    await raises('revision_conflict', purge(parts, due));
    assert.deepEqual(await documents.describe(caller, id), again);
  });

  test('a repeated delete goes by the rule of the first, whatever the rule is now', async () => {
    const { id } = await keep();
    const removed = await documents.remove(caller, id);
    const types = parts.policy.types.map((type) => ({ ...type, trashFor: 0 }));
    const changed = new Documents({ ...parts, policy: new Policy(types, 1_000_000) });
    assert.deepEqual(await changed.remove(caller, id), removed);
  });

  test('a delete that a chore overtakes, purging and forgetting the document, is no fault', async (t) => {
    const { id } = await keep('fleeting', { type: 'selfie' });
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const transition = records.transition.bind(records);
    t.mock.method(records, 'transition', async (...move: Parameters<Records['transition']>) => {
      const moved = await transition(...move);
      if (moved.state === 'deleted') {
        await purge(parts, moved);
        await records.forget(id);
      }
      return moved;
    });
    assert.equal(await new Documents({ ...parts, log }).remove(caller, id), null);
    assert.deepEqual(lines, []);
  });

  test('bytes that went by right while they were asked for are no fault', async () => {
    const { id } = await keep('fleeting', { type: 'selfie' });
    const readable = await documents.read(caller, id);
    await documents.remove(caller, id);
    await raises('document_missing', readable.open());
  });

  test('a readable record without bytes is our fault', async () => {
    const document = await keep('lost');
    await store.remove(document.storage.key);
    const error = await raises('internal', (await documents.read(caller, document.id)).open());
    assert.ok(hasCode(error.cause, 'object_missing'));
  });

  test('nobody learns of a document by an id that is none', async () => {
    await raises('document_missing', documents.describe(caller, 'robert"); drop table'));
    await raises('document_missing', documents.read(caller, randomUUID()));
  });
});

describe('changing', () => {
  test('a filename is cleaned, metadata replaced, and the revision counts', async () => {
    const document = await keep();
    const changed = await documents.change(caller, document.id, [document.revision], {
      filename: '../../etc/pass\u202Ewd.txt',
      metadata: { case: '42' },
    });
    assert.equal(changed.filename, 'passwd.txt');
    assert.deepEqual(changed.metadata, { case: '42' });
    assert.equal(changed.revision, document.revision + 1);
    await raises(
      'revision_conflict',
      documents.change(caller, document.id, [document.revision], { filename: 'b.txt' }),
    );
    const last = (await documents.events(caller, document.id, { limit: 50 })).events.at(-1);
    assert.deepEqual(last?.details, { changed: ['filename', 'metadata'] });
  });
});

describe('a caller who reaches a part', () => {
  const everyAction = [...everything.actions];
  /** Every call on one document, and what it must be allowed for. */
  const calls: [Action, (by: Caller, document: Document) => Promise<unknown>][] = [
    ['read', (by, { id }) => documents.describe(by, id)],
    ['read', (by, { id }) => documents.read(by, id)],
    ['read', (by, { id }) => documents.events(by, id, { limit: 5 })],
    ['link', (by, { id }) => documents.assertLinkable(by, id)],
    ['change', (by, { id, revision }) => documents.change(by, id, [revision], { metadata: {} })],
    ['change', (by, { id }) => documents.change(by, id, '*', { metadata: {} })],
    ['archive', (by, { id }) => documents.archive(by, id)],
    ['archive', (by, { id }) => documents.unarchive(by, id)],
    ['delete', (by, { id }) => documents.remove(by, id)],
    ['restore', (by, { id }) => documents.restore(by, id)],
  ];
  const holding = (rights: Partial<Rights>): Caller => ({ ...caller, rights: { ...everything, ...rights } });

  test('does what it is allowed to documents within, and finds none outside, whatever it is allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(everyAction),
        fc.constantFrom<Partial<Rights>>(
          {},
          { recordId: 'case/1' },
          { recordPrefix: 'case/' },
          { types: ['note'] },
          { recordId: 'case/1', types: ['letter', 'note'] },
        ),
        fc.constantFrom('case/1', 'case/12', 'Case/1', 'case'),
        fc.constantFrom('note', 'selfie'),
        async (allowed, reach, recordId, type) => {
          const rights = { ...everything, ...reach, actions: new Set(allowed) };
          const document = await keep('a note', { recordId, type });
          const within = reaches(rights, document);
          for (const [action, call] of calls) {
            const by = holding(rights);
            if (!allowed.includes(action)) await raises('not_allowed', call(by, document));
            else if (!within) await raises('document_missing', call(by, document));
            else await call(by, await documents.describe(caller, document.id)).catch(assertOfTheDocument);
          }
          const bring = documents.receive(holding(rights), draft({ recordId, type }), body('a note'), never);
          if (within && allowed.includes('upload')) await bring;
          else await raises('not_allowed', bring);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('brings no more bytes than it may, whatever its type takes', async () => {
    const narrow = holding({ maxSize: 5 });
    for (const declared of [true, false])
      await raises(
        'too_large',
        documents.receive(narrow, draft({}), body('a long note', { declared }), never),
      );
    const [type] = documents.types(narrow);
    assert.ok(type);
    assert.equal(documents.limit(narrow, type), 5);
    assert.deepEqual(
      documents.types(holding({ types: ['note'] })).map(({ id }) => id),
      ['note'],
    );
  });
});

/** A refusal that tells of the document: whoever hears it reaches that. */
function assertOfTheDocument(error: unknown): void {
  const told = ['state_conflict', 'document_deleted', 'document_missing', 'not_ready'] as const;
  assert.ok(
    told.some((code) => hasCode(error, code)),
    String(error),
  );
}

describe('a signed link', () => {
  test('reads its one document and nothing else', async () => {
    const document = await keep();
    const holder: Caller = { ...stranger, rights: readingOnly(document.id) };
    assert.equal((await documents.read(holder, document.id)).document.id, document.id);
    const other = await keep();
    await raises('document_missing', documents.read(holder, other.id));
    await raises('not_allowed', documents.remove(holder, document.id));
    await raises(
      'not_allowed',
      documents.find(holder, {}, { sort: { by: 'createdAt', descending: true }, limit: 1 }),
    );
  });
});
