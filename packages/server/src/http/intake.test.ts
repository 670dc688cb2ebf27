import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Crumbs } from './crumbs.ts';
import { Intake } from './intake.ts';

const limits = { minimumRate: 1, window: 60_000 };

/** A request that Node has parsed, and the socket of its sender, which has sent no byte of the body yet. */
async function chunkedRequest(t: TestContext) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  t.after(() => {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  return { request, socket };
}

/** Chunks of `size` bytes, encoded as RFC 9112 §7.1 says. */
function chunked(bytes: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

test('chunks of one byte are gathered, and every byte comes in its order', async (t) => {
  const { request, socket } = await chunkedRequest(t);
  const [before, large, after] = [randomBytes(30_000), randomBytes(5_000), randomBytes(7)];
  const pieces: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    const intake = new Intake(request, limits);
    intake.into({ accept: (bytes) => pieces.push(bytes) > 0, end: resolve, fail: reject });
    intake.flow();
  });
  socket.write(Buffer.concat([chunked(before, 1), chunked(large, 5_000), chunked(after, 1)]));
  socket.write('0\r\n\r\n');
  await ended;
  assert.ok(Buffer.concat(pieces).equals(Buffer.concat([before, large, after])));
  assert.ok(pieces.length < 300, `${pieces.length} pieces`);
});

test('a single small chunk goes on by itself, without the ones after it', async (t) => {
  const { request, socket } = await chunkedRequest(t);
  const intake = new Intake(request, limits);
  const [first] = await new Promise<Buffer[]>((resolve, reject) => {
    intake.into({ accept: (bytes) => void resolve([bytes]) === undefined, end: reject, fail: reject });
    intake.flow();
    socket.write(chunked(Buffer.from('one'), 3));
  });
  assert.equal(String(first), 'one');
  intake.stop();
});

test('a sink that has enough hands over to the next one, and no byte is lost between them', async (t) => {
  const bytes = randomBytes(60_000);
  for (const size of [1, 100, 1_023, 1_024, 3_000]) {
    const { request, socket } = await chunkedRequest(t);
    const intake = new Intake(request, limits);
    const got: Buffer[] = [];
    const nobody = { accept: () => assert.fail('bytes that nobody asked for'), end() {}, fail() {} };
    const ended = new Promise<void>((resolve, reject) => {
      const one = {
        accept(piece: Buffer) {
          got.push(piece);
          intake.into(nobody);
          intake.hold();
          setTimeout(next, 30 * Number(got.length < 5));
          return false;
        },
        end: resolve,
        fail: reject,
      };
      const next = () => {
        intake.into(one);
        intake.flow();
      };
      next();
    });
    socket.write(Buffer.concat([chunked(bytes, size), Buffer.from('0\r\n\r\n')]));
    await ended;
    assert.ok(Buffer.concat(got).equals(bytes), `chunks of ${size}`);
    intake.stop();
  }
});

test('crumbs: what does not fit waits, a single one is not copied, and what was taken is gone', () => {
  const crumbs = new Crumbs();
  assert.equal(crumbs.take(), null);
  const only = Buffer.from('a');
  assert.ok(crumbs.add(only));
  assert.equal(crumbs.take(), only);
  for (let count = 0; count < 16; count++) assert.ok(crumbs.add(Buffer.alloc(1_000, count)));
  assert.ok(!crumbs.add(Buffer.alloc(1_000)));
  const taken = crumbs.take();
  assert.equal(taken?.length, 16_000);
  crumbs.add(Buffer.from('b'));
  crumbs.add(Buffer.from('c'));
  assert.equal(String(crumbs.take()), 'bc');
  assert.equal(taken?.[0], 0);
  assert.equal(taken?.[15_999], 15);
  assert.ok(crumbs.isEmpty);
});
