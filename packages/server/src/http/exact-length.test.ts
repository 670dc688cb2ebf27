import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { hasCode } from '../errors.ts';
import { begun, exactly, whole } from './exact-length.ts';

const unavailable = (error: unknown) => hasCode(error, 'store_unavailable');

test('a body of the promised length passes', async () => {
  const chunks = Array.from({ length: 30 }, (_, at) => Buffer.alloc(9_999, at));
  const body = exactly(Readable.from(chunks), 30 * 9_999);
  await begun(body);
  assert.deepEqual(await buffer(body), Buffer.concat(chunks));
});

test('an end before, a byte after, a close and a failure are never a finished body', async () => {
  await assert.rejects(buffer(exactly(Readable.from([Buffer.from('abc')]), 4)), unavailable);
  await assert.rejects(buffer(exactly(Readable.from([Buffer.from('abc')]), 2)), unavailable);

  const closing = new PassThrough();
  closing.write('abc');
  setImmediate(() => closing.destroy());
  await assert.rejects(buffer(exactly(closing, 4)), unavailable);

  const failing = new PassThrough();
  const broken = new Error('reset');
  setImmediate(() => failing.destroy(broken));
  await assert.rejects(
    begun(exactly(failing, 4)),
    (error) => unavailable(error) && (error as Error).cause === broken,
  );
});

test('a source that failed before it was looked at is heard', async () => {
  const failed = new PassThrough().on('error', () => {});
  failed.destroy(new Error('reset'));
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(begun(exactly(failed, 4)), unavailable);
});

test('destroying the answer destroys the source', async () => {
  const source = new PassThrough();
  exactly(source, 4).destroy();
  await once(source, 'close');
  assert.ok(source.destroyed);
});

test('bytes in one piece are held to the promised length, too', () => {
  const bytes = Buffer.from('abc');
  assert.equal(whole(bytes, 3), bytes);
  for (const length of [2, 4]) assert.throws(() => whole(bytes, length), unavailable);
});

for (const pieces of [1, 2, 7]) {
  test(`other bytes than those of the document are never a finished body (in ${pieces} pieces)`, async () => {
    const bytes = randomBytes(70_000);
    const document = { id: 'the-id', sha256: createHash('sha256').update(bytes).digest('hex') };
    const size = Math.ceil(bytes.length / pieces);
    const given = (from: Buffer) =>
      Readable.from(Array.from({ length: pieces }, (_, at) => from.subarray(at * size, (at + 1) * size)));
    assert.deepEqual(await buffer(exactly(given(bytes), bytes.length, document)), bytes);

    const flipped = Buffer.from(bytes);
    flipped.writeUInt8((flipped[5] ?? 0) ^ 1, 5);
    if (pieces === 1) {
      assert.equal(whole(bytes, bytes.length, document), bytes);
      assert.throws(
        () => whole(flipped, bytes.length, document),
        (error) => hasCode(error, 'internal'),
      );
    }
    let received = 0;
    const reading = (async () => {
      for await (const chunk of exactly(given(flipped), bytes.length, document)) received += chunk.length;
    })();
    await assert.rejects(
      reading,
      (error) => hasCode(error, 'internal') && String(error.cause).includes('the-id'),
    );
    assert.ok(received <= bytes.length - (bytes.length - (pieces - 1) * size), 'the last piece is held back');
  });
}
