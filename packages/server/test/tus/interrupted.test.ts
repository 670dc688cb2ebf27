/** What breaks off goes on where it stopped: after a cut, a stop, a kill, on another server. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { backends, house, scan, settled } from './house.ts';
import { idIn } from './tus-client.ts';

for (const backend of backends) {
  describe(`uploads that break off, on ${backend.name}`, { skip: backend.missing() }, () => {
    test('a server that stops stores what has come; a killed one loses what was on its way; another goes on', async (t) => {
      const place = await house(t, backend);
      const { bytes, sha256 } = await scan(900_000);
      const first = await place.start(t);
      const id = await first.tus.begun(bytes.length);
      const stopped = await first.tus.stalled(id, 0, bytes.length, bytes.subarray(0, 300_000));
      await sleep(150);
      // Asked to stop, it waits for requests for a while; this one never ends by itself.
      const stopping = first.server.stop();
      assert.equal((await stopped.answer()).status, 503);
      stopped.socket.destroy();
      assert.equal(await stopping, 0);

      const second = await place.start(t);
      assert.equal(await second.tus.offset(id), 300_000);
      assert.equal((await second.tus.patch(id, 300_000, bytes.subarray(300_000, 500_000))).status, 204);
      const killed = await second.tus.stalled(id, 500_000, 400_000, bytes.subarray(500_000, 600_000));
      await sleep(50);
      await second.server.kill();
      killed.socket.destroy();

      const third = await place.start(t);
      assert.equal(await third.tus.offset(id), 500_000);
      assert.equal((await third.tus.patch(id, 500_000, bytes.subarray(500_000))).status, 204);
      const document = await settled(third.tus, id);
      assert.deepEqual([document.state, document.size, document.sha256], ['available', bytes.length, sha256]);
      const { body } = await third.tus.api.send<{ items: { action: string }[] }>(
        'GET',
        `/v1/documents/${id}/events`,
      );
      assert.deepEqual(
        body.items.map(({ action }) => action),
        ['document.received', 'document.inspecting', 'document.available'],
      );
      while ((await place.look.leftovers()).length > 0) await sleep(20);
      assert.deepEqual(await place.look.keys(), [document.storage.key]);
    });

    test('cut again and again, in pieces of any size, each byte is kept and none twice', async (t) => {
      const place = await house(t, backend);
      const { server, tus } = await place.start(t);
      const { bytes, sha256 } = await scan(400_000);
      const id = await tus.begun(bytes.length);
      let offset = 0;
      for (const size of [1, 2, 63 * 1024, 1, 65_536, 100, 131_072]) {
        const socket = await tus.stalled(
          id,
          offset,
          bytes.length - offset,
          bytes.subarray(offset, offset + size),
        );
        // Time to come to the body; what the connection still held when it broke has not come.
        await sleep(100);
        socket.socket.destroy();
        const stored = await tus.offset(id);
        assert.ok(stored >= offset && stored <= offset + size, `${offset} + ${size}: ${stored}`);
        offset = stored;
      }
      // One byte after the other, as chunks of one request, and then a request with nothing in it.
      const chunks = Array.from({ length: 300 }, (_, at) => bytes.subarray(offset + at, offset + at + 1));
      const { status } = await tus.api.send('PATCH', `/v1/uploads/${id}`, {
        headers: {
          'tus-resumable': '1.0.0',
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        body: { size: 300, body: one(chunks) },
      });
      assert.equal(status, 204);
      offset += 300;
      assert.equal((await tus.patch(id, offset, Buffer.alloc(0))).headers['upload-offset'], String(offset));
      assert.equal((await tus.patch(id, offset, bytes.subarray(offset))).status, 204);
      // It saw every byte in order: nothing is read back.
      const { body } = await tus.document(id);
      assert.deepEqual([body.state, body.sha256], ['available', sha256]);
      assert.equal(await tus.offset(id), bytes.length);
      assert.equal((await tus.patch(id, bytes.length, Buffer.alloc(0))).status, 204);
      assert.equal(server.logs().includes('"level":"error"'), false);
    });

    test('the length may be said last, with nothing in that request', async (t) => {
      const { tus } = await (await house(t, backend)).start(t);
      const { bytes, sha256 } = await scan(2_000);
      const id = idIn(await tus.create({ 'upload-defer-length': '1' }));
      await tus.patch(id, 0, bytes);
      const all = { 'upload-length': String(bytes.length) };
      assert.equal((await tus.patch(id, bytes.length, Buffer.alloc(0), all)).status, 204);
      const { body } = await tus.document(id);
      assert.deepEqual([body.state, body.sha256, body.contentType], ['available', sha256, 'application/pdf']);
    });
  });
}

async function* one(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    yield chunk;
    await new Promise(setImmediate);
  }
}
