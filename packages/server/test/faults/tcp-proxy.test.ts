import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { TcpProxy } from './tcp-proxy.ts';

const MiB = 2 ** 20;
/** Of which no two stretches are alike. */
const sent = Buffer.from(Uint32Array.from({ length: (8 * MiB) / 4 }, (_, at) => at).buffer);

for (const how of ['reset', 'end'] as const)
  for (const after of [0, 333, 100_000])
    test(`what arrives before a cut is what was sent first (${how} after ${after} bytes)`, async (t) => {
      const received: Buffer[] = [];
      const peer = createServer((socket: Socket) => {
        socket.on('data', (bytes) => received.push(bytes)).on('error', () => {});
      });
      t.after(() => peer.close());
      await once(peer.listen(0, '127.0.0.1'), 'listening');
      const proxy = await TcpProxy.before(t, `http://127.0.0.1:${(peer.address() as AddressInfo).port}`);
      const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
      client.on('error', () => {}).resume();
      client.write(sent);
      // While pieces are on their way.
      while (proxy.passed.up < MiB) await new Promise((resolve) => setImmediate(resolve));
      await proxy.cut('up', after, { how, once: true });
      await new Promise((resolve) => client.once('close', resolve));
      while (proxy.connections > 0) await new Promise((resolve) => setImmediate(resolve));
      const arrived = Buffer.concat(received);
      assert.equal(proxy.cuts, 1);
      assert.ok(arrived.length < sent.length);
      assert.equal(Buffer.compare(arrived, sent.subarray(0, arrived.length)), 0);
    });
