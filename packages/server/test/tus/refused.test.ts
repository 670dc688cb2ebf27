/** What is no document of its type, or more than may come, never is one, and its bytes go. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../harness.ts';
import { backends, type House, house, scan } from './house.ts';
import { claims, idIn, TusClient, uploadMetadata } from './tus-client.ts';

const html = Buffer.from(`<!doctype html><title>x</title>${'<p>text</p>'.repeat(10_000)}`);
const sha1 = (bytes: Buffer) => `sha1 ${createHash('sha1').update(bytes).digest('base64')}`;

for (const backend of backends) {
  describe(`uploads that are refused, on ${backend.name}`, { skip: backend.missing() }, () => {
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

    const isOver = async (id: string, reason: string) => {
      assert.equal((await tus.head(id)).status, 410);
      const path = `/v1/documents/${id}`;
      const events = await tus.api.send<{ items: { details: object }[] }>('GET', `${path}/events`);
      if (events.status === 200) assert.deepEqual(events.body.items.at(-1)?.details, { reason });
      // The chores remove what came, and forget it.
      while ((await tus.api.send('GET', path)).status !== 404) await sleep(20);
      assert.deepEqual([...(await place.look.keys()), ...(await place.look.leftovers())], []);
    };

    test('the type is refused as soon as the first bytes have said it, whatever is claimed', async () => {
      const id = await tus.begun(html.length, { ...claims, filetype: 'application/pdf' });
      assert.equal((await tus.patch(id, 0, html.subarray(0, 60_000))).status, 204);
      const { status, body } = await tus.patch(id, 60_000, html.subarray(60_000));
      assert.deepEqual([status, body.code, body.detected], [415, 'type_refused', 'text/html']);
      await isOver(id, 'type_refused');
    });

    test('bytes that were refused by their checksum do not say what the next ones are', async () => {
      const { bytes } = await scan(html.length);
      const id = await tus.begun(html.length);
      const wrong = { 'upload-checksum': sha1(html) };
      assert.equal((await tus.patch(id, 0, bytes, wrong)).status, 460);
      assert.equal((await tus.patch(id, 0, html, wrong)).status, 415);
      await isOver(id, 'type_refused');
    });

    test('bytes that were changed on their way do not end an upload for what they seem to be', async () => {
      const { bytes } = await scan(html.length);
      const id = await tus.begun(html.length);
      assert.equal((await tus.patch(id, 0, html, { 'upload-checksum': sha1(bytes) })).status, 460);
      assert.equal((await tus.patch(id, 0, bytes, { 'upload-checksum': sha1(bytes) })).status, 204);
      assert.equal((await tus.document(id)).body.state, 'available');
      await tus.api.send('DELETE', `/v1/documents/${id}`);
      const { body } = await tus.document(id);
      assert.equal((body as unknown as { code: string }).code, 'upload_ended');
    });

    test('more bytes than were said are refused, and what came before stays', async () => {
      const { bytes } = await scan(100_000);
      const id = await tus.begun(80_000);
      const { status, body } = await tus.patch(id, 0, bytes);
      assert.deepEqual([status, body.code], [400, 'length_mismatch']);
      assert.equal(await tus.offset(id), 0);
      await tus.remove(id);
      await isOver(id, 'terminated');
    });

    test('a limit holds for what is said and for what comes, however it is said', async () => {
      const { bytes } = await scan(300_000);
      const small = uploadMetadata({ ...claims, type: 'small' });
      const declared = await tus.create({ 'upload-length': '200001', 'upload-metadata': small });
      assert.deepEqual([declared.status, declared.body.limit], [413, 200_000]);
      const deferred = { 'upload-defer-length': '1', 'upload-metadata': small };
      const later = idIn(await tus.create(deferred));
      assert.equal(
        (await tus.patch(later, 0, bytes.subarray(0, 9), { 'upload-length': '200001' })).status,
        413,
      );
      await isOver(later, 'too_large');
      const sent = idIn(await tus.create(deferred));
      assert.equal((await tus.patch(sent, 0, bytes.subarray(0, 150_000))).status, 204);
      assert.equal((await tus.patch(sent, 150_000, bytes.subarray(150_000))).status, 413);
      await isOver(sent, 'too_large');
      const chunked = idIn(await tus.create(deferred));
      const answer = await tus.api.send('PATCH', `/v1/uploads/${chunked}`, {
        headers: {
          'tus-resumable': '1.0.0',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
        body: { size: bytes.length, body: pieces(bytes) },
      });
      assert.equal(answer.status, 413);
      await isOver(chunked, 'too_large');
    });

    test('what belongs to a document is asked for before it is begun', async () => {
      const length = { 'upload-length': '100' };
      const refusals: [string, Record<string, string>, string][] = [
        ['no record', { type: 'contract' }, 'invalid_input'],
        ['no type', { recordId: 'r' }, 'invalid_input'],
        ['another type', { recordId: 'r', type: 'nonsense' }, 'unknown_document_type'],
        ['no JSON', { ...claims, metadata: '{' }, 'invalid_input'],
        ['no object', { ...claims, metadata: '[]' }, 'invalid_input'],
        ['nobody replaced', { ...claims, replaces: 'x' }, 'invalid_input'],
        ['a control character', { ...claims, recordId: 'a\u0000b' }, 'invalid_input'],
      ];
      for (const [what, pairs, code] of refusals) {
        const { body } = await tus.create({ ...length, 'upload-metadata': uploadMetadata(pairs) });
        assert.equal(body.code, code, what);
      }
      assert.equal((await tus.create({ 'upload-length': '0' })).body.code, 'empty_body');
      const { body } = await tus.api.send<{ items: object[] }>('GET', '/v1/documents?state=receiving');
      assert.deepEqual(body.items, []);
    });

    test('a grant goes on with what is of its record, and its limits hold at every piece', async () => {
      const { bytes } = await scan(100_000);
      const granted = async (more: object) => {
        const wanted = { recordId: 'r', actions: ['upload'], ...more };
        const { body } = await tus.api.send<{ token: string }>('POST', '/v1/grants', { body: wanted });
        return new TusClient({ url: tus.server.url, key: body.token });
      };
      const once = await granted({ maxFiles: 1 });
      const id = await once.begun(bytes.length);
      assert.equal((await once.create({ 'upload-length': '100' })).body.code, 'grant_used_up');
      assert.equal((await once.patch(id, 0, bytes.subarray(0, 10))).status, 204);
      const other = await granted({ recordId: 'another' });
      assert.equal((await other.head(id)).status, 404);
      assert.equal((await other.patch(id, 10, bytes.subarray(10))).body.code, 'document_missing');
      assert.equal((await other.remove(id)).status, 404);
      assert.equal((await (await granted({ types: ['small'] })).head(id)).status, 404);
      assert.equal((await (await granted({})).patch(id, 10, bytes.subarray(10, 20))).status, 204);
      assert.equal((await once.patch(id, 20, bytes.subarray(20))).status, 204);
      // It may not read, and hears of what it brought.
      assert.equal((await once.api.send('GET', `/v1/documents/${id}`)).status, 403);
      assert.equal((await once.document(id)).body.state, 'available');
      await tus.api.send('DELETE', `/v1/documents/${id}`);
    });
  });
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}
