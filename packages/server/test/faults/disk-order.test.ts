import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '../../src/objects/disk.ts';
import { cantTrace, type SystemCall, trace } from './strace.ts';

const program = fileURLToPath(new URL('./disk-one.ts', import.meta.url));
const key = 'record/type/id.txt';
const bytes = 40 * 64 * 1024;
const watched =
  'openat,close,write,writev,fsync,link,linkat,rename,renameat,renameat2,unlink,mkdir,mkdirat,rmdir';

const facts = {
  contentType: 'text/plain',
  description: {
    version: 1,
    deployment: 'd',
    id: 'other',
    recordId: 'r',
    type: 't',
    filename: 'f.txt',
    createdAt: '2026-01-01T00:00:00.000Z',
  },
} as const;

const reason = cantTrace();
if (reason && process.env.CI) throw new Error(`the order of system calls can't be shown: ${reason}`);

describe('the order of system calls on disk', { skip: reason ?? false }, () => {
  let base: string;
  let folder: string;
  let object: string;
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'strongroom-order-'));
  });
  after(() => rm(base, { recursive: true }));
  beforeEach(async () => {
    folder = await mkdtemp(join(base, 'store-'));
    object = join(folder, key);
    await new DiskStore({ folder }).connect();
  });

  const run = (call: 'put' | 'remove', fault?: string) => {
    const options = ['-e', `trace=${watched}`, ...(fault ? ['-e', `inject=${fault}`] : [])];
    const command = [process.execPath, program, call, folder, key];
    // strace counts `when` per thread, so a fault is met in order only where there is one.
    const { calls, stdout, stderr } = trace(
      join(base, 'trace'),
      options,
      command,
      fault ? { UV_THREADPOOL_SIZE: '1' } : {},
    );
    assert.equal(stderr, '');
    return { outcome: stdout, order: new Order(calls) };
  };

  it('put: bytes, fsync, facts durable, link, fsync of the folder, answer', () => {
    const { outcome, order } = run('put');
    assert.equal(outcome, 'answered');
    const facts = join(folder, 'record/type/.id.txt');
    const linked = order.only('link', (call) => call.paths[1] === object);
    const linkedFacts = order.only('link', (call) => call.paths[1] === facts);

    for (const [link, size] of [
      [linked, bytes],
      [linkedFacts, null],
    ] as const) {
      const temporary = link.paths[0] ?? '';
      assert.ok(temporary.startsWith(join(folder, '.strongroom/tmp/')));
      const writes = order.all(['write', 'writev'], temporary);
      const written = writes.reduce((sum, call) => sum + call.result, 0);
      assert.ok(size === null ? written > 0 : written === size, `${written} bytes written`);
      const synced = order.only('fsync', (call) => call.paths[0] === temporary);
      for (const write of writes) order.assertBefore(write, synced);
      order.assertBefore(synced, link);
    }

    const [factsDurable, objectDurable, ...more] = order.all(['fsync'], join(folder, 'record/type'));
    assert.ok(factsDurable && objectDurable && more.length === 0);
    order.assertBefore(linkedFacts, factsDurable);
    order.assertBefore(factsDurable, linked);
    order.assertBefore(linked, objectDurable);
    order.assertBefore(objectDurable, order.answer());
    assert.deepEqual(order.all(['rename', 'renameat', 'renameat2']), []);
  });

  for (const [kind, prepare] of [
    ['new', async () => {}],
    // A folder that another process made may not be durable yet.
    ['found', () => new DiskStore({ folder }).put('record/type/other.txt', Buffer.from('x'), facts)],
  ] as const) {
    it(`put: the names of ${kind} folders are durable before anything is acknowledged in them`, async () => {
      await prepare();
      const { order } = run('put');
      const answered = order.answer();
      for (const [parent, made] of [
        [folder, join(folder, 'record')],
        [join(folder, 'record'), join(folder, 'record/type')],
      ] as const) {
        const mkdir = order.only('mkdir', (call) => call.paths[0] === made);
        assert.equal(mkdir.result, kind === 'new' ? 0 : -1);
        const synced = order.only('fsync', (call) => call.paths[0] === parent);
        order.assertBefore(mkdir, synced);
        order.assertBefore(
          synced,
          order.only('link', (call) => call.paths[1] === object),
        );
        order.assertBefore(synced, answered);
      }
    });
  }

  it('remove: the object, then its facts, then fsync, then the empty folders', () => {
    run('put');
    const { outcome, order } = run('remove');
    assert.equal(outcome, 'answered');
    const gone = order.only('unlink', (call) => call.paths[0] === object);
    const factsGone = order.only('unlink', (call) => call.paths[0] === join(folder, 'record/type/.id.txt'));
    const synced = order.only('fsync', (call) => call.paths[0] === join(folder, 'record/type'));
    const scratchSynced = order.only('fsync', (call) => call.paths[0] === join(folder, '.strongroom/tmp'));
    order.assertBefore(gone, factsGone);
    order.assertBefore(factsGone, synced);
    for (const rmdir of order.all(['rmdir'])) order.assertBefore(synced, rmdir);
    order.assertBefore(scratchSynced, order.answer());
  });

  for (const fault of [
    'fsync:error=EIO:when=1',
    'fsync:error=EIO:when=2',
    'fsync:error=EIO:when=5',
    'fsync:error=EIO:when=6',
    'writev:error=ENOSPC:when=2+',
    'link:error=EIO:when=1',
    'link:error=EDQUOT:when=2',
    'mkdir:error=EROFS:when=2',
  ]) {
    it(`put: ${fault} is store_unavailable and leaves nothing`, async () => {
      assert.equal(run('put', fault).outcome, 'store_unavailable');
      assert.deepEqual(await files(folder), []);
    });
  }

  for (const call of [
    'writev:when=2',
    'fsync:when=1',
    'link:when=1',
    'fsync:when=5',
    'link:when=2',
    'unlink:when=2',
  ]) {
    it(`put: killed at ${call}, it leaves the whole or nothing to read, and remove clears the rest`, async () => {
      assert.equal(run('put', call.replace(':', ':signal=KILL:')).outcome, '');
      const store = new DiskStore({ folder });
      const found = await store.stat(key);
      assert.equal(found?.size ?? null, call === 'unlink:when=2' ? bytes : null);
      assert.ok(!found || found.description);
      assert.notDeepEqual(await files(folder), []);
      await store.remove(key);
      assert.deepEqual(await files(folder), []);
    });
  }

  for (const call of ['unlink:when=2', 'fsync:when=1']) {
    it(`remove: killed at ${call}, a second one ends the work`, async () => {
      run('put');
      assert.equal(run('remove', call.replace(':', ':signal=KILL:')).outcome, '');
      assert.equal(run('remove').outcome, 'answered');
      assert.deepEqual(await files(folder), []);
    });
  }
});

/** Everything but the folders that connect makes. */
async function files(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => !['.strongroom', '.strongroom/tmp', '.strongroom/uploads'].includes(name));
}

class Order {
  readonly #calls: readonly SystemCall[];

  constructor(calls: readonly SystemCall[]) {
    this.#calls = calls;
  }

  all(names: readonly string[], path?: string): SystemCall[] {
    return this.#calls.filter(
      (call) => names.includes(call.name) && (path === undefined || call.paths[0] === path),
    );
  }

  only(name: string, matches: (call: SystemCall) => boolean): SystemCall {
    const [found, ...more] = this.all([name]).filter(matches);
    assert.ok(found && more.length === 0, `one ${name} expected, found ${found ? more.length + 1 : 0}`);
    return found;
  }

  /** The call that told the outcome. */
  answer(): SystemCall {
    return this.only('write', (call) => call.paths[0] === 'descriptor 1');
  }

  /** The first had returned before the second was begun. */
  assertBefore(first: SystemCall, second: SystemCall): void {
    const words = (call: SystemCall) => `${call.name}(${call.paths.join(', ')})`;
    assert.ok(first.ended < second.began, `${words(first)} must end before ${words(second)} begins`);
  }
}
