import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { hasCode } from '../errors.ts';
import { headSize, readHead } from './head.ts';

/** Bytes that differ by position, in chunks of `chunk` bytes. */
function body(size: number, chunk = 10_000): { whole: Buffer; stream: Readable } {
  const whole = Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 251));
  const chunks: Buffer[] = [];
  for (let at = 0; at < size; at += chunk) chunks.push(whole.subarray(at, at + chunk));
  return { whole, stream: Readable.from(chunks, { objectMode: false }) };
}

for (const size of [0, 1, 10_000, headSize - 1, headSize]) {
  for (const told of [size, null]) {
    test(`a body of ${size} bytes, ${told === null ? 'length unknown' : 'declared'}, comes as one buffer`, async () => {
      const { whole, stream } = body(size);
      const { head, body: all } = await readHead(stream, told);
      assert.ok(Buffer.isBuffer(all));
      assert.deepEqual(all, whole);
      assert.deepEqual(head, whole);
    });
  }
}

for (const size of [headSize + 1, 3 * headSize + 17]) {
  for (const told of [size, null]) {
    for (const chunk of [10_000, 200_000]) {
      test(`a body of ${size} bytes in chunks of ${chunk}, ${told === null ? 'unknown' : 'declared'}, comes as its own stream`, async () => {
        const { whole, stream } = body(size, chunk);
        const { head, body: all } = await readHead(stream, told);
        assert.equal(all, stream);
        assert.deepEqual(head, whole.subarray(0, headSize));
        assert.deepEqual(await buffer(stream), whole);
      });
    }
  }
}

test('a body shorter or longer than declared is a length_mismatch', async () => {
  for (const [declared, sent] of [
    [100, 99],
    [100, 101],
    [headSize + 5, 10],
  ] as const) {
    await assert.rejects(
      readHead(body(sent).stream, declared),
      (error) =>
        hasCode(error, 'length_mismatch') &&
        error.parameters.declared === declared &&
        error.parameters.received === sent,
    );
  }
});

test('a body with all its bytes there is not taken before its end is heard', async () => {
  const stream = new PassThrough();
  const reading = readHead(stream, 3);
  stream.write('abc');
  const surplus = setTimeout(() => stream.write('d'), 20);
  await assert.rejects(reading, (error) => hasCode(error, 'length_mismatch'));
  clearTimeout(surplus);
});

test('an error or a close before the end is raised', async () => {
  const broken = new Error('the sender broke');
  const failing = new PassThrough();
  setImmediate(() => failing.destroy(broken));
  await assert.rejects(readHead(failing, null), broken);
  await assert.rejects(readHead(failing, null), broken);

  const closing = new PassThrough();
  closing.write('abc');
  setImmediate(() => closing.destroy());
  await assert.rejects(readHead(closing, 10), (error) => hasCode(error, 'aborted'));
});

test('a sender that fails between the head and the store does not end the process', async () => {
  const broken = new Error('the sender broke');
  const stream = new PassThrough();
  stream.write(Buffer.alloc(headSize + 1));
  const { body: rest } = await readHead(stream, null);
  stream.destroy(broken);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(rest instanceof Readable);
  await assert.rejects(buffer(rest), broken);
});

test('a request body over a real connection comes whole, with its head, in every length', async () => {
  const sizes = [1, headSize, headSize + 1, 1_000_000];
  const server = createServer(async (req, res) => {
    const declared = req.headers['content-length'];
    const { head, body: all } = await readHead(req, declared === undefined ? null : Number(declared));
    const bytes = Buffer.isBuffer(all) ? all : await buffer(all);
    res.end(`${head.length} ${bytes.length} ${bytes.subarray(0, headSize).equals(head)}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    for (const size of sizes) {
      for (const headers of [{ 'content-length': size }, { 'transfer-encoding': 'chunked' }]) {
        const answer = await new Promise<string>((resolve, reject) => {
          const req = request({ port, method: 'POST', headers }, (res) =>
            buffer(res).then((bytes) => resolve(bytes.toString()), reject),
          );
          req.on('error', reject).end(body(size).whole);
        });
        assert.equal(answer, `${Math.min(size, headSize)} ${size} true`);
      }
    }
  } finally {
    server.close();
  }
});
