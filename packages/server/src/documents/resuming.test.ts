import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type ErrorCode, hasCode, StrongroomError } from '../errors.ts';
import { DiskStore } from '../objects/disk.ts';
import type { Records } from '../records/records.ts';
import { openSqliteRecords } from '../records/sqlite.ts';
import type { Document } from './document.ts';
import { Documents } from './documents.ts';
import type { IncomingBody } from './documents-port.ts';
import { type Caller, everything } from './permissions.ts';
import { Policy } from './policy.ts';
import { Resuming } from './resuming.ts';
import type { Piece } from './resuming-port.ts';
import { Uploads } from './uploads.ts';

const caller: Caller = { actor: { kind: 'key', id: 'k1' }, key: 'k1', requestId: 'r1', rights: everything };
const log = pino({ level: 'silent' });
const never = new AbortController().signal;
const day = 24 * 3_600_000;

let folder: string;
let records: Records;
let store: DiskStore;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-resuming-'));
  records = openSqliteRecords({ folder });
  store = new DiskStore({ folder: join(folder, 'objects') });
  await records.connect();
  await store.connect();
});

after(async () => {
  await records.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** The rules over records of which some calls are changed, and what was handed over to be read back. */
function rules(changed: Partial<Records> = {}, lives = day) {
  const ours = new Proxy(records, {
    get(of, name) {
      const found = changed[name as keyof Records] ?? of[name as keyof Records];
      return typeof found === 'function' ? found.bind(of) : found;
    },
  });
  const type = { id: 'note', label: 'Note', accept: ['text/plain'], maxSize: 900_000, trashFor: day };
  const uploads = new Uploads(ours, { deadAfter: 60_000, endAfter: 60_000 }, log);
  const parts = {
    records: ours,
    store,
    log,
    policy: new Policy([type], 1_000_000),
    uploads,
    keyTemplate: '{recordId}/{type}/{id}{ext}',
    uploadDeadAfter: 60_000,
    uploadLives: lives,
    forgetAfter: day,
    deployment: () => 'd1',
  };
  const readBack: Document[] = [];
  const verifying = { begin: (document: Document) => void readBack.push(document) };
  return {
    resuming: new Resuming({ ...parts, documents: new Documents(parts), verifying }),
    readBack,
    uploads,
  };
}

const wanted = {
  recordId: 'r',
  type: 'note',
  filename: 'n.txt',
  contentType: null,
  metadata: {},
  replaces: null,
  idempotencyKey: null,
  contentDigest: null,
};

function body(bytes: Buffer, breaks = false): IncomingBody {
  const open = () =>
    Readable.from(
      (async function* () {
        for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
        if (breaks) throw new StrongroomError('aborted', { reason: 'the client went away' });
      })(),
      { objectMode: false },
    );
  return { size: bytes.length, atLeast: null, declared: bytes.length, whole: null, open };
}

const piece = (bytes: Buffer): Piece => ({ body: body(bytes), checksum: null });

async function begun({ resuming }: ReturnType<typeof rules>, length: number): Promise<string> {
  const { standing } = await resuming.begin(caller, wanted, { length, sent: '', first: null }, never);
  return standing.id;
}

const at = (offset: number) => ({ offset, length: null });
const text = (size: number) => Buffer.from(randomBytes(size / 2).toString('hex'));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function raises(code: ErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => hasCode(error, code) || assert.fail(String(error)));
}

describe('the last step', () => {
  test('a process that dies between the object and its record: the same last bytes end well', async () => {
    let dies = true;
    const finishUpload: Records['finishUpload'] = async (...given) => {
      if (dies) throw new Error('killed');
      return records.finishUpload(...given);
    };
    const house = rules({ finishUpload });
    const bytes = text(300_000);
    const id = await begun(house, bytes.length);
    await house.resuming.append(caller, id, at(0), piece(bytes.subarray(0, 100_000)));
    await assert.rejects(
      house.resuming.append(caller, id, at(100_000), piece(bytes.subarray(100_000))),
      /killed/,
    );
    dies = false;
    const { offset } = await house.resuming.where(caller, id);
    assert.ok(offset >= 100_000 && offset < bytes.length, String(offset));
    const ended = await house.resuming.append(caller, id, at(offset), piece(bytes.subarray(offset)));
    assert.deepEqual([ended.offset, ended.expiresAt], [bytes.length, null]);
    const document = await house.resuming.describe(caller, id);
    // Whoever did not see the bytes become durable does not say what they sum up to.
    assert.deepEqual([document.state, document.size], ['inspecting', bytes.length]);
    assert.deepEqual(
      house.readBack.map((each) => each.id),
      [id],
    );
  });

  test('that could not be noted: other bytes brought then are not taken for those of the object', async () => {
    for (const [size, stored] of [
      [300_000, 0],
      [300_000, 100_000],
      [6_000, 2_000],
    ] as const) {
      const finishUpload = () => Promise.reject(new StrongroomError('upload_taken_over', { id: '' }));
      const [one, two] = [rules({ finishUpload }), rules()];
      const [bytes, others] = [text(size), text(size)];
      const id = await begun(one, size);
      if (stored > 0) await two.resuming.append(caller, id, at(0), piece(bytes.subarray(0, stored)));
      await raises(
        'upload_taken_over',
        one.resuming.append(caller, id, at(stored), piece(bytes.subarray(stored))),
      );
      const { offset } = await two.resuming.where(caller, id);
      await two.resuming.append(caller, id, at(offset), piece(others.subarray(offset)));
      const { state, sha256: told, storage } = await two.resuming.describe(caller, id);
      assert.deepEqual([state, told], ['inspecting', null], `${size}, ${stored} of them stored before`);
      assert.ok((await store.read(storage.key, { atMost: size })).equals(bytes), 'the first to end has it');
    }
  });

  test('a lost answer of the records is looked up', async () => {
    let lost = true;
    const finishUpload: Records['finishUpload'] = async (...given) => {
      const made = await records.finishUpload(...given);
      if (!lost) return made;
      lost = false;
      throw new StrongroomError('records_unavailable', {});
    };
    const house = rules({ finishUpload });
    const bytes = text(300_000);
    const id = await begun(house, bytes.length);
    await house.resuming.append(caller, id, at(0), piece(bytes));
    const document = await house.resuming.describe(caller, id);
    assert.deepEqual([document.state, document.sha256], ['available', sha256(bytes)]);
    assert.equal(house.readBack.length, 0);
  });

  test('given up just before it: its object goes', async () => {
    const finishUpload: Records['finishUpload'] = async (id, ...rest) => {
      const happened = { action: 'document.abandoned', actor: caller.actor, requestId: null } as const;
      await records.transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, { ...happened, at: new Date() });
      return records.finishUpload(id, ...rest);
    };
    const house = rules({ finishUpload });
    const bytes = text(300_000);
    const id = await begun(house, bytes.length);
    await raises('upload_ended', house.resuming.append(caller, id, at(0), piece(bytes)));
    const { storage } = (await records.get(id)) ?? assert.fail();
    assert.notEqual(storage.key, '');
    assert.equal(await store.stat(storage.key), null);
  });
});

describe('an older writer on another server', () => {
  const image = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(99_992)]);
  const whole = text(200_000);

  /** Its bytes come once `later` is through. */
  async function beside(id: string, bytes: Buffer, later: () => Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const open = () =>
      Readable.from(
        (async function* () {
          begun.resolve();
          await promise;
          yield bytes;
        })(),
        { objectMode: false },
      );
    const older = rules().resuming.append(caller, id, at(0), {
      body: { ...body(bytes), open },
      checksum: null,
    });
    const heard = raises('upload_taken_over', older);
    await begun.promise;
    await later();
    resolve();
    await heard;
  }

  test('does not end the upload by bytes that are refused', async () => {
    const ours = rules();
    const id = await begun(ours, whole.length);
    await beside(id, image, () => ours.resuming.append(caller, id, at(0), piece(whole.subarray(0, 90_000))));
    assert.equal(
      (await ours.resuming.append(caller, id, at(90_000), piece(whole.subarray(90_000)))).offset,
      200_000,
    );
    assert.equal((await records.get(id))?.sha256, sha256(whole));
  });

  test('hears that it was taken over, not that it is over, where another one has brought it to its end', async () => {
    const ours = rules();
    const id = await begun(ours, whole.length);
    await beside(id, text(100_000), () => ours.resuming.append(caller, id, at(0), piece(whole)));
    assert.equal((await records.get(id))?.sha256, sha256(whole));
  });
});

test('who may bring less than an upload has neither takes it over nor ends it', async () => {
  const ours = rules();
  const bytes = text(200_000);
  const id = await begun(ours, bytes.length);
  const less = { ...caller, rights: { ...everything, maxSize: 100_000 } };
  await ours.resuming.append(caller, id, at(0), piece(bytes.subarray(0, 50_000)));
  const { fence } = (await records.findUpload(id)) as { fence: number };
  await raises(
    'too_large',
    ours.resuming.append(less, id, at(50_000), piece(bytes.subarray(50_000, 60_000))),
  );
  assert.equal((await records.findUpload(id))?.fence, fence);
  const { offset } = await ours.resuming.append(caller, id, at(50_000), piece(bytes.subarray(50_000)));
  assert.equal(offset, bytes.length);
});

test('a claim that was wrong stands in the history', async () => {
  const house = rules();
  const bytes = text(2_000);
  const first = { body: body(bytes.subarray(0, 9)), checksum: null };
  const claimed = { ...wanted, filename: 'n.pdf', contentType: 'image/png' };
  const begun = { length: bytes.length, sent: '', first };
  const { standing } = await house.resuming.begin(caller, claimed, begun, never);
  await house.resuming.append(caller, standing.id, at(9), piece(bytes.subarray(9)));
  const [, last] = await records.events(standing.id);
  assert.deepEqual(last?.details, {
    size: bytes.length,
    sha256: sha256(bytes),
    claimed: 'image/png',
    detected: 'text/plain',
  });
});

describe('the digest', () => {
  test('is carried from piece to piece, over cuts and refused pieces', async () => {
    const house = rules();
    const bytes = text(400_000);
    const id = await begun(house, bytes.length);
    await house.resuming.append(caller, id, at(0), piece(bytes.subarray(0, 70_000)));
    const broken = { body: body(bytes.subarray(70_000, 150_000), true), checksum: null };
    await raises('aborted', house.resuming.append(caller, id, at(70_000), broken));
    const { offset } = await house.resuming.where(caller, id);
    assert.equal(offset, 150_000);
    const checksum = { algorithm: 'sha1' as const, digest: Buffer.alloc(20) };
    const wrong = { body: body(bytes.subarray(offset)), checksum };
    await raises('checksum_mismatch', house.resuming.append(caller, id, at(offset), wrong));
    await house.resuming.append(caller, id, at(offset), piece(bytes.subarray(offset)));
    const document = await house.resuming.describe(caller, id);
    assert.deepEqual([document.state, document.sha256], ['available', sha256(bytes)]);
  });

  test('is dropped where nobody knows what is durable, and the document is read back', async () => {
    let away = false;
    const advanceUpload: Records['advanceUpload'] = async (...given) => {
      if (away) throw new StrongroomError('records_unavailable', {});
      return records.advanceUpload(...given);
    };
    const house = rules({ advanceUpload });
    const bytes = text(400_000);
    const id = await begun(house, bytes.length);
    await house.resuming.append(caller, id, at(0), piece(bytes.subarray(0, 100_000)));
    away = true;
    const lost = house.resuming.append(caller, id, at(100_000), piece(bytes.subarray(100_000, 200_000)));
    await raises('records_unavailable', lost);
    away = false;
    await house.resuming.append(caller, id, at(100_000), piece(bytes.subarray(100_000)));
    assert.equal((await house.resuming.describe(caller, id)).state, 'inspecting');
    assert.equal(house.readBack.length, 1);
  });

  test('that another process has is not here', async () => {
    const bytes = text(200_000);
    const [one, two] = [rules(), rules()];
    const id = await begun(one, bytes.length);
    await one.resuming.append(caller, id, at(0), piece(bytes.subarray(0, 100_000)));
    await two.resuming.append(caller, id, at(100_000), piece(bytes.subarray(100_000, 150_000)));
    await one.resuming.append(caller, id, at(150_000), piece(bytes.subarray(150_000)));
    assert.equal((await one.resuming.describe(caller, id)).state, 'inspecting');
  });
});

describe('the time that an upload has', () => {
  test('moves on before its first bytes come, when little of it is left', async () => {
    const bytes = text(200_000);
    const id = await begun(rules({}, 1_000), bytes.length);
    const before = (await records.findUpload(id))?.expiresAt.getTime() ?? 0;
    const house = rules({}, 3_600_000);
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow = { ...body(bytes), open: () => Readable.from(forever(open), { objectMode: false }) };
    const running = house.resuming.append(caller, id, at(0), { body: slow, checksum: null });
    await opened;
    const then = (await records.findUpload(id))?.expiresAt.getTime() ?? 0;
    assert.ok(then - before > 3_000_000, `${then - before}`);
    house.uploads.endAll('the service stops');
    await raises('aborted', running);
    assert.equal((await house.resuming.where(caller, id)).offset, 5);
  });
});

async function* forever(begun: () => void): AsyncGenerator<Buffer> {
  yield Buffer.from('bytes');
  begun();
  await new Promise(() => {});
}
