import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, StartError } from '../errors.ts';
import { DiskStore } from './disk.ts';
import type { PutOptions } from './object-store.ts';

const key = 'record/contract/document.pdf';

function facts(id: string = randomUUID()): PutOptions {
  const createdAt = new Date().toISOString();
  const description = { deployment: 'd', id, recordId: 'record', type: 'contract', filename: 'document.pdf' };
  return { contentType: 'application/pdf', description: { version: 1, ...description, createdAt } };
}

describe('DiskStore', () => {
  let base: string;
  let folder: string;
  let store: DiskStore;
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'strongroom-disk-'));
  });
  after(() => rm(base, { recursive: true }));
  beforeEach(async () => {
    folder = join(base, randomUUID());
    store = new DiskStore({ folder });
    await store.connect();
  });
  afterEach(() => store.close());

  const scratch = () => readdir(join(folder, '.strongroom/tmp'));
  const files = async () =>
    (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('.strongroom')).sort();
  const listed = async (prefix = '') => {
    const keys: string[] = [];
    for await (const object of store.list(prefix)) keys.push(object.key);
    return keys;
  };

  it('keeps a document as a plain file at its key, for its owner only', async () => {
    await store.put(key, Buffer.from('bytes'), facts());
    assert.deepEqual(await files(), ['record', 'record/contract', 'record/contract/.document.pdf', key]);
    assert.equal(store.path(key), `file://${join(folder, key)}`);
    for (const [path, mode] of [
      ['', 0o700],
      ['record', 0o700],
      [key, 0o600],
      ['record/contract/.document.pdf', 0o600],
    ] as const)
      assert.equal((await stat(join(folder, path))).mode & 0o777, mode, path);
    assert.deepEqual(await scratch(), []);
  });

  it('removes the folders that became empty, and no others', async () => {
    await store.put(key, Buffer.from('a'), facts());
    await store.put('record/id/other.pdf', Buffer.from('b'), facts());
    await store.remove(key);
    assert.deepEqual(await files(), ['record', 'record/id', 'record/id/.other.pdf', 'record/id/other.pdf']);
    await store.remove('record/id/other.pdf');
    assert.deepEqual(await files(), []);
  });

  for (const wrong of [
    '',
    '..',
    '../outside',
    'a/../../outside',
    '/etc/passwd',
    'a//b',
    'a/',
    './a',
    '.facts',
    'a/.b',
    'a\0b',
    '.strongroom',
    '.strongroom/',
    '.strongroom/tmp',
    '.strongroom/tmp/x',
    '.strongroom/../x',
    'n'.repeat(255),
  ]) {
    it(`never turns ${JSON.stringify(wrong).slice(0, 30)} into a path`, async () => {
      assert.throws(() => store.path(wrong), RangeError);
      await assert.rejects(() => store.put(wrong, Buffer.from('x'), facts()), RangeError);
      await assert.rejects(() => store.open(wrong), RangeError);
      await assert.rejects(() => store.stat(wrong), RangeError);
      await assert.rejects(() => store.remove(wrong), RangeError);
    });
  }

  it('never lists outside its folder', () => {
    for (const prefix of ['../', '/etc/', 'a/../../', '.strongroom/tmp/x'])
      assert.throws(() => store.list(prefix), RangeError);
  });

  describe("an operator's own files", () => {
    it('are listed and read, and are nobody’s', async () => {
      await mkdir(join(folder, 'by hand'));
      await writeFile(join(folder, 'by hand/ä note.txt'), 'note');
      assert.deepEqual(await listed(), ['by hand/ä note.txt']);
      const found = await store.stat('by hand/ä note.txt');
      assert.equal(found?.description, null);
      assert.equal(found?.contentType, 'application/octet-stream');
      assert.equal((await buffer((await store.open('by hand/ä note.txt')).body)).toString(), 'note');
    });

    it('are not overwritten, not even by a document of their size, and get no facts', async () => {
      await mkdir(join(folder, 'record/contract'), { recursive: true });
      await writeFile(join(folder, key), 'by hand');
      await assert.rejects(
        () => store.put(key, Buffer.from('by mail'), facts()),
        (error) => hasCode(error, 'object_exists'),
      );
      assert.deepEqual(await files(), ['record', 'record/contract', key]);
    });

    it('that are hidden, links or folders are no objects', async () => {
      await writeFile(join(folder, '.DS_Store'), 'x');
      await writeFile(join(base, 'outside'), 'secret');
      await symlink(join(base, 'outside'), join(folder, 'link'));
      await mkdir(join(folder, 'folder'));
      assert.deepEqual(await listed(), []);
      assert.equal(await store.stat('link'), null);
      assert.equal(await store.stat('folder'), null);
      await assert.rejects(() => store.open('link'));
      await assert.rejects(
        () => store.open('folder'),
        (error) => hasCode(error, 'object_missing'),
      );
    });

    it('in place of facts make an object nobody’s', async () => {
      await store.put(key, Buffer.from('x'), facts());
      await writeFile(join(folder, 'record/contract/.document.pdf'), '{"broken"');
      assert.equal((await store.stat(key))?.description, null);
    });
  });

  it('lets facts left by a dead attempt serve the same document, and hold the key against another', async () => {
    const options = facts();
    await store.put(key, Buffer.from('x'), options);
    await unlink(join(folder, key));
    assert.equal(await store.stat(key), null);
    await assert.rejects(
      () => store.put(key, Buffer.from('x'), facts()),
      (error) => hasCode(error, 'object_exists'),
    );
    await store.put(key, Buffer.from('again'), options);
    assert.deepEqual((await store.stat(key))?.description, options.description);
    await unlink(join(folder, key));
    await store.remove(key);
    await store.put(key, Buffer.from('x'), facts());
  });

  it('remove ends a put that is under way, also of another process', async () => {
    const gate = Promise.withResolvers<void>();
    const body = Readable.from(
      (async function* () {
        yield Buffer.alloc(1024 * 1024);
        await gate.promise;
      })(),
    );
    const running = store.put(key, body, facts());
    while ((await scratch()).length === 0) await sleep(1);
    const other = new DiskStore({ folder });
    await other.put('other', Buffer.from('x'), facts());
    await other.remove(key);
    assert.deepEqual(await scratch(), []);
    gate.resolve();
    await assert.rejects(running, (error) => hasCode(error, 'store_unavailable'));
    assert.deepEqual(await files(), ['.other', 'other']);
  });

  it('never holds more than a few batches of a body that comes faster than it is written', async () => {
    const chunk = 64 * 1024;
    let most = 0;
    let given = 0;
    const body = Readable.from(
      (function* () {
        for (; given < 64 * 1024 * 1024; given += chunk) {
          const [name] = readdirSync(join(folder, '.strongroom/tmp'));
          const onDisk = name ? statSync(join(folder, '.strongroom/tmp', name)).size : 0;
          most = Math.max(most, given - onDisk);
          yield Buffer.alloc(chunk);
        }
      })(),
      { objectMode: false },
    );
    assert.equal((await store.put(key, body, facts())).size, 64 * 1024 * 1024);
    assert.ok(most <= 2 * 1024 * 1024, `${most} bytes were held`);
    const opened = await store.open(key);
    await new Promise((resolve) => opened.body.once('readable', resolve));
    await sleep(20);
    assert.ok(opened.body.readableLength <= 512 * 1024);
    opened.body.destroy();
  });

  it('many bodies at once share what they may hold', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    const size = 4 * 1024 * 1024;
    const scratchFolder = join(folder, '.strongroom/tmp');
    let given = 0;
    let most = 0;
    const look = () => {
      const onDisk = readdirSync(scratchFolder).map((name) => statSync(join(scratchFolder, name)).size);
      most = Math.max(most, given - onDisk.reduce((sum, bytes) => sum + bytes, 0));
    };
    // The last chunk of each waits for all others, so that no file leaves the scratch folder while it is looked at.
    const rest = 32 * (size - chunk.length);
    const bodies = Array.from({ length: 32 }, () => {
      let left = size;
      const body = new Readable({
        read() {
          // It may be asked once more after its end: by the stream, and below.
          if (left === 0 || (left === chunk.length && given < rest)) return;
          if (given % (32 * chunk.length) === 0 && given < rest) look();
          given += chunk.length;
          left -= chunk.length;
          body.push(chunk);
          if (left === 0) body.push(null);
        },
      });
      return body;
    });
    const puts = bodies.map((body, at) => store.put(`${key}-${at}`, body, { ...facts(), size }));
    while (given < rest) await sleep(1);
    for (const body of bodies) body._read(0);
    await Promise.all(puts);
    // What a body gathered while few others ran stays in memory until the disk has taken it; unshared it would be 34 MiB.
    assert.ok(most > 0 && most <= 24 * 1024 * 1024, `${most} bytes were held`);
  });

  it('writes bodies of many tiny chunks', async () => {
    const chunks = Array.from({ length: 5000 }, (_, at) => Buffer.from(String(at % 10)));
    await store.put(key, Readable.from(chunks), { ...facts(), size: 5000 });
    assert.ok((await buffer((await store.open(key)).body)).equals(Buffer.concat(chunks)));
  });

  it('a file that turns out shorter ends with an error, not early', async () => {
    await store.put(key, Buffer.alloc(1024 * 1024), facts());
    const { body } = await store.open(key);
    await truncate(join(folder, key), 1000);
    await assert.rejects(buffer(body), (error) => hasCode(error, 'store_unavailable'));
  });

  it('leaks no descriptors, whatever ends a call', { skip: process.platform !== 'linux' }, async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await store.put(key, Buffer.alloc(1024 * 1024), facts());
    const before = descriptors();
    for (let at = 0; at < 20; at++) {
      const { body } = await store.open(key, { range: { first: at, last: 700_000 } });
      body.read();
      body.destroy();
      await assert.rejects(() => store.open(key, { range: { first: 2 ** 21, last: 2 ** 21 } }));
      const signal = AbortSignal.timeout(1);
      const endless = new Readable({ read: () => {} });
      await assert.rejects(() => store.put(`${key}-${at}`, endless, { ...facts(), signal }));
    }
    await sleep(20);
    assert.equal(descriptors(), before);
    assert.deepEqual(await scratch(), []);
  });

  it('passes what the file system says as the cause', async () => {
    await rm(join(folder, '.strongroom'), { recursive: true });
    await assert.rejects(
      () => store.put(key, Buffer.from('x'), facts()),
      (error) =>
        hasCode(error, 'store_unavailable') && (error.cause as NodeJS.ErrnoException).code === 'ENOENT',
    );
  });

  describe('connect', () => {
    it('makes the folder with its parents, and can be called again', async () => {
      const deep = new DiskStore({ folder: join(folder, 'a/b/c') });
      await Promise.all([deep.connect(), deep.connect()]);
      await deep.connect();
      assert.equal((await stat(join(folder, 'a/b/c'))).mode & 0o777, 0o700);
      assert.deepEqual(await readdir(join(folder, 'a/b/c/.strongroom/tmp')), []);
    });

    it('removes half-written files that nobody has touched for a day, and no others', async () => {
      const dayAgo = Date.now() / 1000 - 24 * 3600;
      for (const [name, age] of [
        ['probe-of-a-killed-start', dayAgo - 60],
        ['of-a-slow-upload', dayAgo + 60],
        ['new', Date.now() / 1000],
      ] as const) {
        const file = join(folder, '.strongroom/tmp', name);
        await writeFile(file, 'x');
        await utimes(file, age, age);
      }
      await Promise.all([store.connect(), store.connect()]);
      assert.deepEqual((await scratch()).sort(), ['new', 'of-a-slow-upload']);
    });

    it('stops the start in one line where the folder can’t be used', async () => {
      await writeFile(join(folder, 'file'), 'x');
      for (const [path, words] of [
        [join(folder, 'file'), /in the way/],
        [join(folder, 'file/below'), /in the way/],
        // Nobody may make a folder there, not even root.
        ['/proc/self/strongroom', /can't be kept in/],
      ] as const) {
        await assert.rejects(
          () => new DiskStore({ folder: path }).connect(),
          (error) => {
            assert.ok(error instanceof StartError);
            assert.ok(error.message.includes(path) && !error.message.includes('\n'), error.message);
            assert.match(error.message, words);
            return true;
          },
        );
      }
    });
  });
});
