import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf } from '../fixtures/make.ts';
import {
  type Ending,
  needs,
  startServer,
  type TestServer,
  testBucket,
  testDatabase,
  testFolder,
} from '../harness.ts';
import { backends } from './backends.ts';
import { type Answer, ApiClient, type ApiDocument } from './client.ts';
import { lookInto } from './store-look.ts';

const size = 400_000;
const key = 'a key that outlives the process';
/** Milliseconds: far from the half minute that a running upload would get, on a busy machine too. */
const soon = 8_000;

/** An upload whose second half comes only when `goOn` is called. */
function slowUpload(server: TestServer): { answer: Promise<Answer>; goOn: () => void; sha256: () => string } {
  const pdf = paddedPdf(size);
  const digest = createHash('sha256');
  const gate = Promise.withResolvers<void>();
  async function* halting(): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of pdf.body as AsyncIterable<Buffer>) {
      if (sent < size / 2 && sent + chunk.length >= size / 2) {
        // The pause comes inside the body, whatever the size of its pieces.
        yield chunk.subarray(0, size / 2 - sent);
        await gate.promise;
        yield chunk.subarray(size / 2 - sent);
      } else yield chunk;
      sent += chunk.length;
      digest.update(chunk);
    }
  }
  const claims = { recordId: 'slow', type: 'contract', filename: 'slow.pdf' };
  const answer = new ApiClient(server).upload('raw', claims, { size, body: halting() });
  return { answer, goOn: () => gate.resolve(), sha256: () => digest.digest('hex') };
}

/** Waits until the service has begun to take an upload in; its document. */
async function receiving(server: TestServer): Promise<ApiDocument> {
  const api = new ApiClient(server);
  for (;;) {
    const { body } = await api.send<{ items: ApiDocument[] }>('GET', '/v1/documents?state=receiving');
    if (body.items[0]) return body.items[0];
    await sleep(20);
  }
}

async function milliseconds(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

for (const backend of backends) {
  describe(`stopping on ${backend.name}`, { skip: backend.missing(), concurrency: 2 }, () => {
    test('a running upload ends, what is new is refused, the code is 0', async (t) => {
      const server = await startServer(t, { ...(await backend.prepare(t)), STRONGROOM_API_KEY: key });
      const upload = slowUpload(server);
      await receiving(server);
      server.signal('SIGTERM');
      const refused = async () => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        const [error] = await Promise.race([once(socket, 'connect'), once(socket, 'error', {})]).catch(
          (e) => [e],
        );
        socket.destroy();
        return error?.code === 'ECONNREFUSED';
      };
      for (const until = performance.now() + 20_000; !(await refused()); await sleep(20)) {
        assert.ok(performance.now() < until, 'new connections are still taken');
      }
      upload.goOn();
      const { status, headers, body } = await upload.answer;
      assert.deepEqual([status, body.state, body.sha256], [201, 'available', upload.sha256()]);
      assert.equal(headers.connection, 'close');
      assert.equal(await server.ended, 0);
      assert.match(server.logs(), /"signal":"SIGTERM".*\n(.*\n)*.*"msg":"stopped"\}\n$/);
    });

    test('an upload that takes longer than it may is cut, and nothing of it is left', async (t) => {
      const settings: Record<string, string> = {
        ...(await backend.prepare(t)),
        STRONGROOM_API_KEY: key,
        STOP_WITHIN: '300ms',
      };
      const server = await startServer(t, settings);
      const upload = slowUpload(server);
      const { id } = await receiving(server);
      const answer = upload.answer.then(
        ({ status }) => status,
        () => 'cut',
      );
      assert.ok((await milliseconds(server.stop())) < 15_000);
      assert.equal(await server.ended, 0);
      assert.ok([503, 'cut'].includes(await answer));
      upload.goOn();

      const second = await startServer(t, settings);
      const { body } = await new ApiClient(second).send('GET', `/v1/documents/${id}`);
      assert.equal(body.state, 'abandoned', 'the old process wrote it down while it stopped');
      assert.equal((await new ApiClient(second).content(id)).status, 404);
      const look = lookInto(t, settings);
      assert.deepEqual([await look.keys(), await look.leftovers()], [[], []]);
      assert.equal(await second.stop(), 0);
    });
  });
}

describe('stopping', { concurrency: 2 }, () => {
  test('connections on which nobody waits do not hold it up', async (t) => {
    const server = await startServer(t);
    const port = Number(new URL(server.url).port);
    // As browsers and load balancers keep them: silent from the start, in the middle of a head, answered and kept.
    for (const said of ['', 'GET /healthz HTTP/1.1\r\n', 'GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n']) {
      const socket = connect(port, '127.0.0.1');
      t.after(() => socket.destroy());
      await once(
        socket.on('error', () => {}),
        'connect',
      );
      if (said !== '') socket.write(said);
      if (said.endsWith('\r\n\r\n')) await once(socket, 'data');
    }
    assert.ok((await milliseconds(server.stop())) < soon);
    assert.equal(await server.ended, 0);
  });

  for (const [name, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    test(`a second ${name} ends it at once; the next start has all that was answered`, async (t) => {
      const settings = { DATA_DIR: await testFolder(t), STRONGROOM_API_KEY: key };
      const server = await startServer(t, settings);
      const upload = slowUpload(server);
      const answer = assert.rejects(upload.answer);
      await receiving(server);
      server.signal(name);
      // Sooner it would count as the same wish: npm passes on what the terminal has sent already.
      await sleep(1_200);
      server.signal(name);
      assert.ok((await milliseconds(server.ended)) < soon);
      assert.equal(await server.ended, code);
      await answer;
      upload.goOn();
      const second = await startServer(t, settings);
      assert.equal((await receiving(second)).state, 'receiving');
      assert.equal(await second.stop(), 0);
    });
  }

  test('a running download ends whole', async (t) => {
    const server = await startServer(t);
    const { body: pdf, sha256 } = paddedPdf(20_000_000);
    const kept = await new ApiClient(server).upload(
      'raw',
      { recordId: 'r', type: 'contract' },
      { size: 20_000_000, body: pdf },
    );
    const answer = await request(`${server.url}/v1/documents/${kept.body.id}/content`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const stopped = server.stop();
    await sleep(500);
    const digest = createHash('sha256');
    for await (const chunk of answer.body) digest.update(chunk);
    assert.equal(digest.digest('hex'), sha256());
    assert.equal(await stopped, 0);
  });

  describe('while something is silent', { skip: needs('s3') || needs('postgres'), concurrency: 2 }, () => {
    async function behindProxies(t: Ending & { after(undo: () => unknown): void }) {
      const bucket = await testBucket(t);
      const s3 = await TcpProxy.before(t, bucket.endpoint);
      const db = await TcpProxy.before(t, await testDatabase(t));
      const folder = await testFolder(t);
      const server = await startServer(t, {
        ...bucket.environment,
        S3_ENDPOINT: s3.url,
        DATABASE_URL: db.url,
        DATA_DIR: folder,
        STOP_WITHIN: '500ms',
      });
      return { s3, db, server };
    }

    for (const silent of ['s3', 'db'] as const) {
      test(`${silent === 's3' ? 'the store' : 'the database'}: it ends in time all the same`, async (t) => {
        const { server, ...proxies } = await behindProxies(t);
        await proxies[silent].hold();
        const upload = slowUpload(server);
        upload.goOn();
        const answer = upload.answer.then(
          ({ status }) => status,
          () => 'cut',
        );
        await sleep(300);
        assert.ok((await milliseconds(server.stop())) < 18_000);
        assert.equal(await server.ended, 0);
        assert.ok([503, 'cut'].includes(await answer));
      });
    }
  });
});
