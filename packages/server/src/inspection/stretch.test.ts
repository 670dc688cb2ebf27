import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { hasCode, StrongroomError } from '../errors.ts';
import { type Checksum, type StretchOptions, stretchOf } from './stretch.ts';

const sha1 = (bytes: Buffer): Checksum => ({
  algorithm: 'sha1',
  digest: createHash('sha1').update(bytes).digest(),
});
const options = (changes: Partial<StretchOptions> = {}): StretchOptions => ({
  hash: null,
  checksum: null,
  atMost: Number.MAX_SAFE_INTEGER,
  over: (received) => new StrongroomError('too_large', { limit: 0, received }),
  ...changes,
});

test('the bytes pass unchanged, are counted and hashed on from where the hash stood', async () => {
  const chunks = Array.from({ length: 40 }, (_, at) => Buffer.alloc(10_000 + at, at));
  const before = Buffer.from('what came before');
  const hash = createHash('sha256').update(before);
  const whole = Buffer.concat(chunks);
  const source = Readable.from(chunks, { objectMode: false });
  const stretch = stretchOf(source, options({ hash, checksum: sha1(whole), atMost: whole.length }));
  assert.deepEqual(await buffer(stretch.body), whole);
  assert.deepEqual([stretch.length, stretch.failure], [whole.length, null]);
  const expected = createHash('sha256').update(before).update(whole).digest('hex');
  assert.equal(hash.digest('hex'), expected);
});

test('where the sender breaks off, all that came comes out, and the reason is told', async () => {
  const broken = new Error('the sender broke');
  const source = new PassThrough();
  const hash = createHash('sha256');
  const stretch = stretchOf(source, options({ hash }));
  const bytes = Buffer.alloc(300_000, 'x');
  const read = buffer(stretch.body);
  source.write(bytes);
  setTimeout(() => source.destroy(broken), 20);
  const given = await read;
  assert.equal(stretch.failure, broken);
  assert.equal(given.length, stretch.length);
  assert.equal(hash.digest('hex'), createHash('sha256').update(given).digest('hex'));
});

test('a cut is an end like that, also before anybody reads, and ends the source', async () => {
  for (const early of [true, false]) {
    const source = new PassThrough();
    const stretch = stretchOf(source, options());
    const reason = new StrongroomError('upload_taken_over', { id: 'x' });
    if (early) stretch.cut(reason);
    const read = buffer(stretch.body);
    source.write('abc');
    setTimeout(() => stretch.cut(reason), 10);
    assert.equal(String(await read), early ? '' : 'abc');
    assert.equal(stretch.failure, reason);
    assert.ok(source.destroyed);
  }
});

test('with a checksum it is all or nothing', async () => {
  const bytes = Buffer.from('all of it');
  const wrong = stretchOf(Readable.from([bytes]), options({ checksum: sha1(Buffer.from('other')) }));
  await assert.rejects(
    buffer(wrong.body),
    (error) => hasCode(error, 'checksum_mismatch') && error.parameters.algorithm === 'sha1',
  );
  const source = new PassThrough();
  const broken = stretchOf(source, options({ checksum: sha1(bytes) }));
  const read = buffer(broken.body);
  source.write(bytes);
  setTimeout(() => source.destroy(new Error('the sender broke')), 10);
  await assert.rejects(read, /the sender broke/);
});

test('a byte too many ends it, and what was said of that is raised', async () => {
  const exact = stretchOf(Readable.from([Buffer.alloc(5), Buffer.alloc(5)]), options({ atMost: 10 }));
  assert.equal((await buffer(exact.body)).length, 10);
  const source = new PassThrough();
  const over = stretchOf(source, options({ atMost: 10 }));
  const read = buffer(over.body);
  source.write(Buffer.alloc(11));
  await assert.rejects(read, (error) => hasCode(error, 'too_large') && error.parameters.received === 11);
  assert.ok(source.destroyed);
});

test('an error that comes before anybody listens ends no process', async () => {
  const source = new PassThrough();
  const stretch = stretchOf(source, options({ checksum: sha1(Buffer.from('x')) }));
  stretch.cut(new StrongroomError('aborted', { reason: 'the service stops' }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(hasCode(stretch.body.errored, 'aborted'));
});
