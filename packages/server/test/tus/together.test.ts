/** Several requests for one upload: one has it, the others hear the right thing, and no byte is mixed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../harness.ts';
import { backends, type House, house, scan, settled } from './house.ts';
import { idIn, type TusClient } from './tus-client.ts';

/** Goes on with an upload until all is there, as a client does that is not alone: after a refusal it asks where to go on. */
async function carry(tus: TusClient, id: string, bytes: Buffer, piece: number): Promise<number[]> {
  const heard: number[] = [];
  for (let offset = await tus.offset(id); offset < bytes.length; ) {
    const to = Math.min(offset + piece, bytes.length);
    const { status, headers } = await tus.patch(id, offset, bytes.subarray(offset, to));
    heard.push(status);
    if (status === 204) {
      offset = Number(headers['upload-offset']);
      continue;
    }
    assert.ok(status === 409 || status === 423, String(status));
    await sleep(Math.random() * 30);
    offset = await tus.offset(id);
  }
  return heard;
}

/** A document's bytes, whatever its record says of them. */
async function bytesOf({ server: { url, key } }: TusClient, id: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}/v1/documents/${id}/content`, { headers });
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

/** A text of so many bytes. */
function madeOf(letter: string, size: number): Buffer {
  return Buffer.alloc(size, `${letter.repeat(79)}\n`);
}

for (const backend of backends) {
  describe(`one upload, several requests, on ${backend.name}`, { skip: backend.missing() }, () => {
    let place: House;
    let tus: TusClient;
    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };
    before(async () => {
      place = await house(ending, backend);
      ({ tus } = await place.start(ending));
    });
    after(async () => {
      for (const last of undo) await last();
    });

    test('two clients append: one wins, the other hears 409 or 423 and can go on', async () => {
      const { bytes, sha256 } = await scan(3_000_000);
      const id = await tus.begun(bytes.length);
      const heard = await Promise.all([carry(tus, id, bytes, 300_000), carry(tus, id, bytes, 170_000)]);
      assert.ok(heard.flat().includes(204));
      const document = await settled(tus, id);
      assert.deepEqual([document.state, document.size, document.sha256], ['available', bytes.length, sha256]);
    });

    test('HEAD beside a request that has stopped short: what came is stored, and the other hears 423', async () => {
      const { bytes, sha256 } = await scan(400_000);
      const id = await tus.begun(bytes.length);
      const older = await tus.stalled(id, 0, bytes.length, bytes.subarray(0, 250_000));
      await sleep(200);
      const began = performance.now();
      assert.equal(await tus.offset(id), 250_000);
      assert.ok(performance.now() - began < 2_000, 'waited for a lock');
      const { status, body } = await older.answer();
      assert.deepEqual([status, (body as { code: string }).code], [423, 'upload_taken_over']);
      assert.equal((await tus.patch(id, 250_000, bytes.subarray(250_000))).status, 204);
      assert.equal((await settled(tus, id)).sha256, sha256);
      older.socket.destroy();
    });

    test('PATCH at the offset that stands takes over at once, at another it ends nobody', async () => {
      const { bytes, sha256 } = await scan(400_000);
      const id = await tus.begun(bytes.length);
      const older = await tus.stalled(id, 0, bytes.length, bytes.subarray(0, 1_000));
      await sleep(100);
      assert.equal((await tus.patch(id, 5, bytes.subarray(5))).status, 409);
      assert.equal(older.answers().length, 0);
      assert.equal((await tus.patch(id, 0, bytes.subarray(0, 300_000))).status, 204);
      assert.equal((await older.answer()).status, 423);
      assert.equal((await tus.patch(id, 300_000, bytes.subarray(300_000))).status, 204);
      assert.equal((await settled(tus, id)).sha256, sha256);
      older.socket.destroy();
    });

    test('DELETE ends a request that is at it', async () => {
      const { bytes } = await scan(400_000);
      const id = await tus.begun(bytes.length);
      const older = await tus.stalled(id, 0, bytes.length, bytes.subarray(0, 200_000));
      await sleep(100);
      assert.equal((await tus.remove(id)).status, 204);
      assert.equal((await older.answer()).status, 410);
      older.socket.destroy();
    });

    test('many pieces at once at one offset: one of them is taken', async () => {
      const { bytes, sha256 } = await scan(200_000);
      const id = await tus.begun(bytes.length);
      const first = bytes.subarray(0, 90_000);
      const answers = await Promise.all(Array.from({ length: 8 }, () => tus.patch(id, 0, first)));
      const statuses = answers.map(({ status }) => status);
      assert.deepEqual(
        statuses.filter((status) => ![204, 409, 423].includes(status)),
        [],
      );
      const offset = await tus.offset(id);
      assert.equal((await tus.patch(id, offset, bytes.subarray(offset))).status, 204);
      assert.equal((await settled(tus, id)).sha256, sha256);
    });

    test('many at once, each with other bytes: what is kept is of one of them, and the digest is of what is kept', async () => {
      for (const whole of [true, false]) {
        const size = 200_000;
        const id = await tus.begun(size);
        const first = whole ? size : size / 2;
        const bodies = Array.from({ length: 16 }, (_, at) => madeOf(String.fromCharCode(97 + at), first));
        const answers = await Promise.all(
          bodies.map(async (body, at) => {
            await sleep(at * 3);
            return tus.patch(id, 0, body);
          }),
        );
        const statuses = answers.map(({ status }) => status);
        assert.deepEqual(
          statuses.filter((status) => ![204, 409, 423].includes(status)),
          [],
        );
        assert.equal(await tus.offset(id), first);
        if (!whole) assert.equal((await tus.patch(id, first, madeOf('z', size - first))).status, 204);
        const { state, sha256 } = await settled(tus, id);
        const content = await bytesOf(tus, id);
        assert.equal(state, 'available');
        assert.equal(createHash('sha256').update(content).digest('hex'), sha256);
        const kept = bodies.findIndex((body) => body.equals(content.subarray(0, first)));
        assert.ok(kept >= 0, 'bytes are mixed');
        if (!whole) assert.equal(statuses[kept], 204);
      }
    });

    test('a creation that is repeated with its Idempotency-Key answers the same upload, where it stands', async () => {
      const { bytes } = await scan(200_000);
      const headers = { 'upload-length': String(bytes.length), 'idempotency-key': 'of-this-upload' };
      const first = await tus.create(headers, bytes.subarray(0, 1_000));
      const again = await tus.create(headers, bytes.subarray(0, 1_000));
      assert.deepEqual(
        [again.status, again.headers['idempotency-replayed'], again.headers['upload-offset']],
        [201, 'true', '1000'],
      );
      assert.equal(idIn(again), idIn(first));
      await tus.patch(idIn(first), 1_000, bytes.subarray(1_000));
      const late = await tus.create(headers);
      assert.deepEqual([idIn(late), late.headers['upload-offset']], [idIn(first), String(bytes.length)]);
      const other = await tus.create({ ...headers, 'upload-length': '9' });
      assert.deepEqual([other.status, other.body.code], [409, 'idempotency_mismatch']);
    });

    test('nothing is left of them but documents', async () => {
      const { body } = await tus.api.send<{ items: { storage: { key: string } }[] }>('GET', '/v1/documents');
      const keys = body.items.map(({ storage }) => storage.key).toSorted();
      while ((await place.look.leftovers()).length + (await place.look.keys()).length > keys.length)
        await sleep(50);
      assert.deepEqual(await place.look.keys(), keys);
    });
  });
}

describe('one upload, two servers', { skip: backends[1]?.missing() ?? false }, () => {
  test('two clients append by two servers: no byte is mixed, and the one goes on where the other was ended', async (t) => {
    const [, shared] = backends;
    assert.ok(shared);
    const place = await house(t, shared);
    const nodes = await Promise.all([place.start(t), place.start(t)]);
    const [one, two] = nodes.map(({ tus }) => tus) as [TusClient, TusClient];
    const { bytes, sha256 } = await scan(2_000_000);
    const id = await one.begun(bytes.length);
    await Promise.all([carry(one, id, bytes, 300_000), carry(two, id, bytes, 170_000)]);
    const document = await settled(two, id);
    assert.deepEqual([document.state, document.sha256], ['available', sha256]);

    const other = await one.begun(bytes.length);
    const older = await one.stalled(other, 0, bytes.length, bytes.subarray(0, 500_000));
    await sleep(100);
    const offset = await two.offset(other);
    assert.equal((await two.patch(other, offset, bytes.subarray(offset, 900_000))).status, 204);
    await older.send(bytes.subarray(500_000));
    assert.equal((await older.answer()).status, 423);
    older.socket.destroy();
    assert.equal((await one.patch(other, 900_000, bytes.subarray(900_000))).status, 204);
    assert.equal((await settled(one, other)).sha256, sha256);
    while ((await place.look.leftovers()).length + (await place.look.keys()).length > 2) await sleep(50);
  });
});
