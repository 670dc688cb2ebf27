import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { hasCode } from '../errors.ts';
import { measure, measureBuffer } from './measure.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const noLimit = { limit: Number.MAX_SAFE_INTEGER };

test('the bytes pass unchanged and are measured', async () => {
  const chunks = Array.from({ length: 40 }, (_, at) => Buffer.alloc(10_000 + at, at));
  const { body, result } = measure(Readable.from(chunks, { objectMode: false }), noLimit);
  assert.throws(result, /not ended/);
  const whole = Buffer.concat(chunks);
  assert.deepEqual(await buffer(body), whole);
  assert.deepEqual(result(), { size: whole.length, sha256: sha256(whole) });
  assert.deepEqual(measureBuffer(whole), result());
});

test('an empty body measures as nothing', async () => {
  const { body, result } = measure(Readable.from([]), noLimit);
  assert.equal((await buffer(body)).length, 0);
  assert.deepEqual(result(), measureBuffer(Buffer.alloc(0)));
});

test('a body of exactly the limit passes; the byte after it raises too_large and ends the source', async () => {
  const exact = measure(Readable.from([Buffer.alloc(5), Buffer.alloc(5)]), { limit: 10 });
  assert.equal((await buffer(exact.body)).length, 10);

  const source = new PassThrough();
  const over = measure(source, { limit: 10 });
  source.write(Buffer.alloc(11));
  await assert.rejects(
    buffer(over.body),
    (error) =>
      hasCode(error, 'too_large') && error.parameters.limit === 10 && error.parameters.received === 11,
  );
  assert.ok(source.destroyed);
  assert.throws(over.result, /not ended/);
});

test('the source’s error comes through unchanged, also when it came before anyone read', async () => {
  const broken = new Error('the sender broke');
  const running = new PassThrough();
  const measured = measure(running, noLimit);
  running.write('abc');
  setImmediate(() => running.destroy(broken));
  await assert.rejects(buffer(measured.body), broken);

  const early = new PassThrough().on('error', () => {});
  early.destroy(broken);
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(buffer(measure(early, noLimit).body), broken);
});

test('a source that closes without an end is never a shorter body', async () => {
  const source = new PassThrough();
  const { body } = measure(source, noLimit);
  source.write('abc');
  setImmediate(() => source.destroy());
  await assert.rejects(buffer(body), (error) => hasCode(error, 'aborted'));
});

test('destroying the measured body destroys the source', async () => {
  const source = new PassThrough();
  const { body } = measure(source, noLimit);
  body.destroy();
  await once(source, 'close');
  assert.ok(source.destroyed);
});

test('a reader that stops holds the source back', async () => {
  let given = 0;
  const source = new Readable({
    read() {
      given += 65_536;
      this.push(Buffer.alloc(65_536));
    },
  });
  const { body } = measure(source, noLimit);
  body.once('readable', () => body.read(1));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok(given <= 8 * 65_536, `${given} bytes were taken for a reader that stands still`);
  body.destroy();
});
