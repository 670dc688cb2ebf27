/** POST /v1/storage/check with settings that were typed in: tried for real, and nothing of them is left anywhere. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Report } from '../../src/objects/doctor.ts';
import { ApiClient } from '../acceptance/client.ts';
import { needs, startServer, testBucket } from '../harness.ts';
import { keepSecret } from '../secrecy/watch.ts';
import { keysIn } from './house.ts';

/** A service on disk, which logs all that it ever logs; what it would find by itself is in its environment. */
async function service(t: TestContext) {
  const server = await startServer(t, {
    LOG_LEVEL: 'trace',
    SUPPORT_CONTACT: 'ops@example.org',
    AWS_ACCESS_KEY_ID: 'AMBIENTKEY',
    AWS_SECRET_ACCESS_KEY: 'ambient-secret-of-the-service',
  });
  const api = new ApiClient(server);
  const tryOut = (settings: Record<string, string>) => {
    keepSecret('secret', settings.S3_SECRET_ACCESS_KEY);
    return api.send<Report>('POST', '/v1/storage/check', { body: { settings } });
  };
  return { server, api, tryOut };
}

/** An endpoint that writes down what is asked of it, and is no S3. */
async function endpoint(
  t: TestContext,
  answer: 'refuses' | 'shows a page' | 'leads elsewhere' | 'is silent',
) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(JSON.stringify([request.url, request.headers]));
    if (answer === 'refuses') response.writeHead(403).end();
    if (answer === 'shows a page') response.end('<!doctype html><title>A store’s console</title>');
    if (answer === 'leads elsewhere') response.writeHead(307, { location: '/login' }).end();
  });
  return { heard, url: await listening(t, server) };
}

/** Its URL. */
async function listening(t: TestContext, server: TcpServer & { closeAllConnections?: () => void }) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An endpoint that answers everything with 200 and these words. */
async function saying(t: TestContext, words: string) {
  const server = createServer((request, response) => {
    request.resume();
    response.end(words);
  });
  return listening(t, server);
}

/** An endpoint that answers what was signed with an empty list, and strangers without an end. */
async function endless(t: TestContext) {
  const piece = Buffer.alloc(64 * 1024);
  const server = createServer((request, response) => {
    request.resume();
    if (request.headers.authorization !== undefined) return void response.end('<ListBucketResult/>');
    const more = () => {
      while (response.write(piece));
    };
    response.on('drain', more);
    more();
  });
  return listening(t, server);
}

/** An endpoint that does not speak HTTP. */
async function babbling(t: TestContext) {
  return listening(
    t,
    createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n')),
  );
}

const failed = ({ checks }: Report) => checks.filter(({ ok }) => !ok);

describe('settings that were typed in', () => {
  it('are tried on the bucket that they name', { skip: needs('s3') }, async (t) => {
    const { tryOut, server } = await service(t);
    const bucket = await testBucket(t);
    const { S3_BUCKET = '', S3_SECRET_ACCESS_KEY = '', ...rest } = bucket.environment;
    const right = await tryOut({ ...rest, S3_BUCKET, S3_SECRET_ACCESS_KEY });
    assert.deepEqual([right.status, failed(right.body)], [200, []]);
    assert.ok(right.body.checks.length > 15);
    assert.deepEqual(await keysIn(bucket), []);

    const wrong = await tryOut({ ...rest, S3_BUCKET, S3_SECRET_ACCESS_KEY: `${S3_SECRET_ACCESS_KEY}x` });
    const [fault] = failed(wrong.body);
    assert.equal(fault?.name, 'credentials');
    assert.match(fault?.remedy ?? '', /S3_SECRET_ACCESS_KEY/);

    const missing = await tryOut({ ...rest, S3_BUCKET: 'no-such-bucket', S3_SECRET_ACCESS_KEY });
    assert.equal(failed(missing.body)[0]?.name, 'bucket');

    const own = await new ApiClient(server).send<Report>('POST', '/v1/storage/check');
    assert.ok(own.body.checks.some(({ name }) => name === 'free_space') || own.body.ok);
    await server.stop();
    assert.ok(!server.logs().includes(S3_BUCKET), 'nothing of them is logged');
    assert.ok(!server.logs().includes('no-such-bucket'));
  });

  it('are answered for by themselves: the service’s own credentials go nowhere', async (t) => {
    const { tryOut, server } = await service(t);
    const { heard, url } = await endpoint(t, 'refuses');
    const place = { S3_BUCKET: 'documents', S3_ENDPOINT: url };
    const without = await tryOut(place);
    assert.equal(without.status, 422);
    assert.deepEqual(heard, []);

    const typed = { S3_ACCESS_KEY_ID: 'TYPEDIN', S3_SECRET_ACCESS_KEY: 'a-secret-that-was-typed-in' };
    const { status, body } = await tryOut({ ...place, ...typed });
    assert.deepEqual([status, body.ok], [200, false]);
    assert.ok(heard.length > 0);
    for (const request of heard) {
      assert.match(request, /Credential=TYPEDIN\//);
      assert.doesNotMatch(request, /AMBIENT|ambient/);
    }
    await server.stop();
    assert.doesNotMatch(server.logs(), /TYPEDIN|typed-in/);
  });

  it('that lead to something else than an S3 are not taken for right', async (t) => {
    const { tryOut } = await service(t);
    for (const answer of ['refuses', 'shows a page', 'leads elsewhere'] as const) {
      const { url, heard } = await endpoint(t, answer);
      const { status, body } = await tryOut({
        ...{ S3_BUCKET: 'documents', S3_ENDPOINT: url },
        ...{ S3_ACCESS_KEY_ID: 'TYPEDIN', S3_SECRET_ACCESS_KEY: 'a-secret-that-was-typed-in' },
      });
      assert.deepEqual([status, failed(body)[0]?.name, heard.length], [200, 'endpoint', 1], answer);
      assert.match(failed(body)[0]?.remedy ?? '', /does not speak S3: correct S3_ENDPOINT/);
      assert.ok(!body.checks.some(({ result }) => result === 'works'), answer);
    }
  });

  it('that lead to an endpoint without an answer come to an end', async (t) => {
    const { tryOut } = await service(t);
    const { url } = await endpoint(t, 'is silent');
    const begun = performance.now();
    const { status, body } = await tryOut({
      ...{ S3_BUCKET: 'documents', S3_ENDPOINT: url },
      ...{ S3_ACCESS_KEY_ID: 'TYPEDIN', S3_SECRET_ACCESS_KEY: 'a-secret-that-was-typed-in' },
    });
    assert.deepEqual([status, failed(body)[0]?.name], [200, 'endpoint']);
    assert.ok(performance.now() - begun < 60_000);
  });

  it('may lead to an endpoint that answers anything: the service neither stands still nor fails', {
    timeout: 60_000,
  }, async (t) => {
    const { tryOut } = await service(t);
    const longList = `<ListBucketResult>${'<Rule>'.repeat(2_000_000)}</ListBucketResult>`;
    const misencoded =
      '<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%</Key></Contents></ListBucketResult>';
    const endpoints = [
      await saying(t, longList),
      await saying(t, ' '.repeat(4_000_000)),
      await saying(t, '<Error><Code>&#x99999999;</Code></Error>'),
      await saying(t, misencoded),
      await endless(t),
      await babbling(t),
    ];
    for (const [index, url] of endpoints.entries()) {
      const { status, body } = await tryOut({
        ...{ S3_BUCKET: 'documents', S3_ENDPOINT: url, S3_FORCE_PATH_STYLE: 'true' },
        ...{ S3_ACCESS_KEY_ID: 'TYPEDIN', S3_SECRET_ACCESS_KEY: 'a-secret-that-was-typed-in' },
      });
      assert.deepEqual([status, body.ok], [200, false], `endpoint ${index}`);
      if (index === 4)
        assert.equal(body.checks.find(({ name }) => name === 'public_access')?.result, 'fails');
    }
  });

  it('are refused by name where they are wrong, and as a whole where they are none', async (t) => {
    const { api, server } = await service(t);
    const refused = async (body: object) => {
      const answer = await api.send<{ code: string; field: string }>('POST', '/v1/storage/check', { body });
      assert.equal(answer.status, 422);
      return answer.body.field;
    };
    const secret = 'a secret with a space in it';
    keepSecret('secret', secret);
    assert.equal(await refused({ settings: { S3_BUCKET: 'a bucket' } }), 'settings.S3_BUCKET');
    assert.equal(
      await refused({ settings: { S3_BUCKET: 'documents', S3_SECRET_ACCESS_KEY: secret } }),
      'settings.S3_SECRET_ACCESS_KEY',
    );
    assert.equal(await refused({ settings: { DATABASE_URL: 'x' } }), 'settings.DATABASE_URL');
    assert.equal(await refused({ settings: { S3_BUCKET: 1 } }), 'settings.S3_BUCKET');
    assert.equal(await refused({ S3_BUCKET: 'documents' }), 'S3_BUCKET');
    assert.equal(await refused([]), 'body');
    await server.stop();
  });
});
