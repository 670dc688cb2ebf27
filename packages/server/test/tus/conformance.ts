/** What docs/tus.md says of each line of tus 1.0, as checks on a running service: by the words of the table's first column. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RawSocket } from '../acceptance/raw-socket.ts';
import { claims, idIn, offsetOctets, type TusClient, uploadMetadata } from './tus-client.ts';

export interface Ground {
  readonly tus: TusClient;
  /** A document, of some hundred kilobytes. */
  readonly bytes: Buffer;
  /** Makes an upload expire now. */
  expire(id: string): Promise<void>;
}

const sum = (algorithm: string, bytes: Buffer) =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;

const missing = '01a21669-0d04-7000-90e5-9ec5e2789baa';

export const checks: Readonly<Record<string, (ground: Ground) => Promise<void>>> = {
  'HEAD says `Upload-Offset`, also when it is 0 or all is there': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    assert.equal((await tus.head(id)).headers['upload-offset'], '0');
    await tus.patch(id, 0, bytes);
    const { status, headers } = await tus.head(id);
    assert.equal(status, 200);
    assert.equal(headers['upload-offset'], String(bytes.length));
  },
  'HEAD says `Upload-Length` where it is known': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    assert.equal((await tus.head(id)).headers['upload-length'], String(bytes.length));
    await tus.patch(id, 0, bytes);
    assert.equal((await tus.head(id)).headers['upload-length'], String(bytes.length));
  },
  'HEAD of what is no upload is 404, without `Upload-Offset`': async ({ tus }) => {
    for (const id of [missing, 'nonsense']) {
      const { status, headers } = await tus.head(id);
      assert.equal(status, 404);
      assert.equal(headers['upload-offset'], undefined);
    }
  },
  'HEAD answers `Cache-Control: no-store`': async ({ tus, bytes }) => {
    const { headers } = await tus.head(await tus.begun(bytes.length));
    assert.equal(headers['cache-control'], 'no-store');
  },
  'PATCH takes bytes in at the offset that stands: 204, with the new one': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    for (const [from, to] of [
      [0, 10],
      [10, 100_000],
      [100_000, 100_000],
      [100_000, bytes.length],
    ] as const) {
      const { status, headers } = await tus.patch(id, from, bytes.subarray(from, to));
      assert.equal(status, 204);
      assert.equal(headers['upload-offset'], String(to));
    }
    const { body } = await tus.document(id);
    assert.equal(body.sha256, createHash('sha256').update(bytes).digest('hex'));
  },
  'PATCH with another `Content-Type` is 415': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    const { status, body } = await tus.patch(id, 0, bytes, { 'content-type': 'application/pdf' });
    assert.deepEqual([status, body.code], [415, 'content_type_unsupported']);
    assert.equal(await tus.offset(id), 0);
  },
  'PATCH at another offset is 409 and changes nothing': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    await tus.patch(id, 0, bytes.subarray(0, 1_000));
    for (const wrong of [0, 999, 1_001]) {
      const { status, body } = await tus.patch(id, wrong, bytes.subarray(wrong));
      assert.deepEqual([status, body.code, body.offset], [409, 'offset_conflict', 1_000]);
    }
    assert.equal(await tus.offset(id), 1_000);
  },
  'PATCH of what is no upload is 404': async ({ tus, bytes }) => {
    const { status, body } = await tus.patch(missing, 0, bytes);
    assert.deepEqual([status, body.code], [404, 'document_missing']);
  },
  'What came before the connection broke is kept': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    const socket = await tus.stalled(id, 0, bytes.length, bytes.subarray(0, 150_001));
    await taken(socket, 150_001);
    socket.socket.destroy();
    assert.equal(await settledAt(tus, id, 150_001), 150_001);
    assert.equal((await tus.patch(id, 150_001, bytes.subarray(150_001))).status, 204);
    assert.equal((await tus.document(id)).body.sha256, createHash('sha256').update(bytes).digest('hex'));
  },
  'OPTIONS is 204 with `Tus-Version`, `Tus-Extension` and `Tus-Max-Size`, for whoever asks': async ({
    tus,
  }) => {
    const { url } = tus.server;
    for (const headers of [{}, { 'tus-resumable': '0.2.2' }]) {
      const answer = await fetch(`${url}/v1/uploads`, { method: 'OPTIONS', headers });
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get('tus-version'), '1.0.0');
      assert.match(String(answer.headers.get('tus-extension')), /^creation,creation-with-upload,/);
      assert.equal(answer.headers.get('tus-max-size'), String(5 * 2 ** 30));
    }
  },
  'Every answer says `Tus-Resumable: 1.0.0`, refusals too': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    const answers = [
      await tus.head(id),
      await tus.patch(id, 1, bytes),
      await tus.patch(id, 0, bytes.subarray(0, 1)),
      await tus.remove(id),
      await tus.create({ 'upload-length': 'x' }),
      await tus.send('PUT', '', {}),
      await tus.send('GET', '/nowhere/at/all', {}),
      await tus.api.send('POST', '/v1/uploads', { headers: { authorization: 'Bearer wrong' } }),
    ];
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers['tus-resumable']]),
      [200, 409, 204, 204, 422, 405, 404, 401].map((status) => [status, '1.0.0']),
    );
  },
  'Another version of tus, or none, is 412 with `Tus-Version`, and nothing is done': async ({
    tus,
    bytes,
  }) => {
    const id = await tus.begun(bytes.length);
    const { status, headers, body } = await tus.patch(id, 0, bytes, { 'tus-resumable': '0.2.2' });
    assert.deepEqual([status, headers['tus-version'], body.code], [412, '1.0.0', 'tus_version_unsupported']);
    assert.equal((await tus.api.send('DELETE', `/v1/uploads/${id}`)).status, 412);
    assert.equal(await tus.offset(id), 0);
  },
  '`X-HTTP-Method-Override` takes the place of the method': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    const by = (method: string) => ({ 'x-http-method-override': method });
    const patch = { 'upload-offset': '0', 'content-type': offsetOctets };
    assert.equal(
      (await tus.send('POST', `/${id}`, { ...by('PATCH'), ...patch }, bytes.subarray(0, 7))).status,
      204,
    );
    const head = await tus.send('POST', `/${id}`, by('HEAD'));
    assert.deepEqual([head.status, head.headers['upload-offset']], [200, '7']);
    assert.equal((await tus.send('PUT', `/${id}`, by('DELETE'))).status, 204);
    assert.equal((await tus.head(id)).status, 410);
  },
  '`Upload-Offset` and `Upload-Length` are whole numbers, not negative': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    for (const wrong of ['-1', '1.5', 'x', '1e3', '0x1', `${2 ** 60}`]) {
      assert.equal((await tus.patch(id, 0, bytes, { 'upload-offset': wrong })).body.code, 'invalid_input');
      assert.equal((await tus.create({ 'upload-length': wrong })).body.code, 'invalid_input');
    }
  },
  'POST is 201 with `Location`': async ({ tus, bytes }) => {
    const made = await tus.create({ 'upload-length': String(bytes.length) });
    assert.equal(made.status, 201);
    const at = new URL(String(made.headers.location), `${tus.server.url}/v1/uploads`);
    assert.equal(at.href, `${tus.server.url}/v1/uploads/${idIn(made)}`);
  },
  'With `Upload-Defer-Length: 1` the length may be said by a PATCH; HEAD says that it is open': async ({
    tus,
    bytes,
  }) => {
    const id = idIn(await tus.create({ 'upload-defer-length': '1' }));
    await tus.patch(id, 0, bytes.subarray(0, 70_000));
    const { headers } = await tus.head(id);
    assert.deepEqual([headers['upload-defer-length'], headers['upload-length']], ['1', undefined]);
    const said = { 'upload-length': String(bytes.length) };
    assert.equal((await tus.patch(id, 70_000, bytes.subarray(70_000, 80_000), said)).status, 204);
    const now = (await tus.head(id)).headers;
    assert.deepEqual([now['upload-defer-length'], now['upload-length']], [undefined, said['upload-length']]);
    assert.equal((await tus.patch(id, 80_000, bytes.subarray(80_000))).status, 204);
    assert.equal((await tus.document(id)).body.state, 'available');
  },
  'Another `Upload-Defer-Length` than 1 is 400': async ({ tus }) => {
    const { status, body } = await tus.create({ 'upload-defer-length': '2' });
    assert.deepEqual([status, body.code], [400, 'invalid_request']);
  },
  'POST says either `Upload-Length` or `Upload-Defer-Length`': async ({ tus }) => {
    assert.equal((await tus.create({})).body.code, 'invalid_input');
    const both = { 'upload-length': '9', 'upload-defer-length': '1' };
    assert.equal((await tus.create(both)).body.code, 'invalid_input');
  },
  'A length that was said does not change': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    const { status, body } = await tus.patch(id, 0, bytes, { 'upload-length': String(bytes.length + 1) });
    assert.deepEqual([status, body.code], [422, 'invalid_input']);
    const { headers } = await tus.head(id);
    assert.deepEqual([headers['upload-length'], headers['upload-offset']], [String(bytes.length), '0']);
  },
  '`Upload-Metadata` comes back from HEAD as it was sent': async ({ tus, bytes }) => {
    const sent = `${uploadMetadata({ ...claims, filename: 'ä, b.pdf' })},is_confidential`;
    const made = await tus.create({ 'upload-length': String(bytes.length), 'upload-metadata': sent });
    const id = idIn(made);
    assert.equal((await tus.head(id)).headers['upload-metadata'], sent);
    await tus.patch(id, 0, bytes);
    const { body } = await tus.document(id);
    assert.equal(body.filename, 'ä, b.pdf');
  },
  '`Upload-Metadata` has each key once, and values in base64': async ({ tus }) => {
    const good = uploadMetadata(claims);
    for (const wrong of [
      `${good},type aWQ=`,
      `${good},x %%%`,
      `${good},x y z`,
      `${good},,`,
      `${good},x /w==`,
    ]) {
      const { status, body } = await tus.create({ 'upload-length': '9', 'upload-metadata': wrong });
      assert.deepEqual([status, body.code, body.field], [422, 'invalid_input', 'Upload-Metadata'], wrong);
    }
  },
  'A length over the limit is 413': async ({ tus }) => {
    const { status, body } = await tus.create({ 'upload-length': String(5 * 2 ** 30 + 1) });
    assert.deepEqual([status, body.code], [413, 'too_large']);
  },
  'POST may bring the first bytes, and answers with `Upload-Offset`': async ({ tus, bytes }) => {
    const made = await tus.create({ 'upload-length': String(bytes.length) }, bytes.subarray(0, 90_000));
    assert.deepEqual([made.status, made.headers['upload-offset']], [201, '90000']);
    assert.equal((await tus.patch(idIn(made), 90_000, bytes.subarray(90_000))).status, 204);
    assert.equal((await tus.document(idIn(made))).body.state, 'available');
  },
  'POST may bring all bytes': async ({ tus, bytes }) => {
    const made = await tus.create({ 'upload-length': String(bytes.length) }, bytes);
    assert.deepEqual([made.status, made.headers['upload-offset']], [201, String(bytes.length)]);
    assert.equal(await tus.offset(idIn(made)), bytes.length);
    assert.equal((await tus.document(idIn(made))).body.state, 'available');
  },
  'POST that brings bytes with another `Content-Type` is 415': async ({ tus, bytes }) => {
    const headers = { 'upload-length': String(bytes.length), 'content-type': 'application/pdf' };
    assert.equal((await tus.create(headers, bytes)).status, 415);
  },
  '`Expect: 100-continue` is answered when the upload may go on, and refused before a byte is sent': async ({
    tus,
    bytes,
  }) => {
    const ask = async (length: number) => {
      const socket = new RawSocket(tus.server);
      await socket.send(
        socket.head(
          'POST',
          '/v1/uploads',
          'Tus-Resumable: 1.0.0',
          `Content-Type: ${offsetOctets}`,
          `Upload-Length: ${length}`,
          `Upload-Metadata: ${uploadMetadata(claims)}`,
          `Content-Length: ${bytes.length}`,
          'Expect: 100-continue',
        ),
      );
      const { status } = await socket.answer();
      if (status === 100) await socket.send(bytes);
      const last = status === 100 ? (await socket.answer(1)).status : status;
      socket.socket.destroy();
      return [status, last];
    };
    assert.deepEqual(await ask(bytes.length), [100, 201]);
    assert.deepEqual(await ask(6 * 2 ** 30), [413, 413]);
  },
  '`Upload-Expires` is an HTTP date in answers to POST and PATCH, until all is there': async ({
    tus,
    bytes,
  }) => {
    const made = await tus.create({ 'upload-length': String(bytes.length) });
    const first = String(made.headers['upload-expires']);
    assert.equal(new Date(first).toUTCString(), first);
    const id = idIn(made);
    // An HTTP date counts whole seconds.
    await sleep(1_100);
    const then = String((await tus.patch(id, 0, bytes.subarray(0, 1_000))).headers['upload-expires']);
    assert.ok(new Date(then) > new Date(first), `${then} is not after ${first}`);
    assert.equal((await tus.patch(id, 1_000, bytes.subarray(1_000))).headers['upload-expires'], undefined);
  },
  'What has expired is 410': async ({ tus, bytes, expire }) => {
    const id = await tus.begun(bytes.length);
    await tus.patch(id, 0, bytes.subarray(0, 1_000));
    await expire(id);
    while ((await tus.document(id)).status !== 410) await sleep(20);
    const answers = [
      await tus.head(id),
      await tus.patch(id, 1_000, bytes.subarray(1_000)),
      await tus.remove(id),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [410, 410, 410],
    );
    const { body } = await tus.api.send<{ items: { action: string; details: object }[] }>(
      'GET',
      `/v1/documents/${id}/events`,
    );
    assert.deepEqual(body.items.at(-1)?.details, { reason: 'expired' });
  },
  'A checksum that holds: 204': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    let at = 0;
    for (const algorithm of ['sha1', 'sha256', 'md5']) {
      const piece = bytes.subarray(at, at + 70_000);
      const { status } = await tus.patch(id, at, piece, { 'upload-checksum': sum(algorithm, piece) });
      assert.equal(status, 204);
      at += piece.length;
    }
    await tus.patch(id, at, bytes.subarray(at));
    assert.equal((await tus.document(id)).body.sha256, createHash('sha256').update(bytes).digest('hex'));
  },
  'A checksum that does not hold: 460, and the offset stays': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    await tus.patch(id, 0, bytes.subarray(0, 100));
    for (const to of [200, 150_000, bytes.length]) {
      const wrong = { 'upload-checksum': sum('sha1', Buffer.from('other bytes')) };
      const { status, body } = await tus.patch(id, 100, bytes.subarray(100, to), wrong);
      assert.deepEqual([status, body.code], [460, 'checksum_mismatch']);
      assert.equal(await tus.offset(id), 100);
    }
    const rest = bytes.subarray(100);
    assert.equal((await tus.patch(id, 100, rest, { 'upload-checksum': sum('sha1', rest) })).status, 204);
    assert.equal((await tus.document(id)).body.sha256, createHash('sha256').update(bytes).digest('hex'));
  },
  'An unknown algorithm: 400, and the offset stays': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    const { status, body } = await tus.patch(id, 0, bytes, { 'upload-checksum': 'crc32 AAAAAA==' });
    assert.deepEqual([status, body.code], [400, 'checksum_unsupported']);
    assert.equal(
      (await tus.patch(id, 0, bytes, { 'upload-checksum': 'sha1 AAAA' })).body.code,
      'invalid_input',
    );
    assert.equal(await tus.offset(id), 0);
  },
  'OPTIONS says `Tus-Checksum-Algorithm`, `sha1` among them': async ({ tus }) => {
    const answer = await fetch(`${tus.server.url}/v1/uploads`, { method: 'OPTIONS' });
    assert.equal(answer.headers.get('tus-checksum-algorithm'), 'sha1,sha256,md5');
  },
  'DELETE ends an upload: 204, and 410 from then on': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    await tus.patch(id, 0, bytes.subarray(0, 100));
    assert.equal((await tus.remove(id)).status, 204);
    const answers = [await tus.head(id), await tus.patch(id, 100, bytes.subarray(100)), await tus.remove(id)];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [410, 410, 410],
    );
  },
  'An upload that is complete is a document: DELETE is 409': async ({ tus, bytes }) => {
    const id = await tus.begun(bytes.length);
    await tus.patch(id, 0, bytes);
    const { status, body } = await tus.remove(id);
    assert.deepEqual([status, body.code], [409, 'state_conflict']);
    assert.equal((await tus.document(id)).body.state, 'available');
  },
  'Concatenation is not offered: `Upload-Concat` is 422': async ({ tus }) => {
    const { status, body } = await tus.create({ 'upload-length': '9', 'upload-concat': 'partial' });
    assert.deepEqual([status, body.field], [422, 'Upload-Concat']);
  },
};

/** Waits until the service has read so many bytes off the connection, as far as that can be seen from here. */
async function taken({ socket }: RawSocket, bytes: number): Promise<void> {
  while (socket.bytesWritten < bytes || socket.writableLength > 0) await sleep(5);
  await sleep(150);
}

/** The offset, once it is there; asked of what takes nothing over, and at last by HEAD. */
async function settledAt(tus: TusClient, id: string, wanted: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await tus.offset(id);
    if (found === wanted) return found;
    await sleep(20);
  }
  return tus.offset(id);
}
