/** What a running service makes of what the doctor finds: at its start, in what it sends, and behind POST /v1/storage/check. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/objects/doctor.ts';
import { sha256 } from '../../src/objects/sigv4.ts';
import { ApiClient } from '../acceptance/client.ts';
import { httpProxy, type Passing, type Rules } from '../faults/http-proxy.ts';
import { paddedPdf } from '../fixtures/make.ts';
import { needs, startServer, type TestServerOptions, testBucket } from '../harness.ts';
import { keysIn } from './house.ts';

const isScratch = ({ url }: Passing) => url.includes('.strongroom/check/');

/** A service before a bucket whose proxy has `rules`, and what came by on its way to objects of documents. */
async function started(
  t: Parameters<typeof httpProxy>[0],
  rules: Rules,
  env: Readonly<Record<string, string>> = {},
  options: TestServerOptions = {},
) {
  const bucket = await testBucket(t);
  const passed: Passing[] = [];
  const S3_ENDPOINT = await httpProxy(t, bucket, {
    ...rules,
    answer: (passing, response) => {
      passed.push({ ...passing, headers: { ...passing.headers } });
      return rules.answer?.(passing, response) ?? false;
    },
  });
  const server = await startServer(t, { ...bucket.environment, S3_ENDPOINT, ...env }, options);
  const upload = async (size: number) => {
    passed.length = 0;
    const claims = { recordId: 'r', type: 'contract', filename: 'a.pdf' };
    const { status } = await new ApiClient(server).upload('raw', claims, {
      size,
      body: paddedPdf(size).body,
    });
    assert.equal(status, 201);
    return passed.filter((passing) => !isScratch(passing));
  };
  return { bucket, server, passed, upload };
}

describe('a service and its doctor', { skip: needs('s3') }, () => {
  it('says at its start what the bucket does not do, and serves', async (t) => {
    const drop: Rules = { change: ({ headers }) => void delete headers['x-amz-acl'] };
    const { server, bucket } = await started(t, drop, { S3_ACL: 'authenticated-read' });
    assert.match(
      server.logs(),
      /Attention +acl: authenticated-read was accepted and dropped;.* Set S3_ACL=none/,
    );
    assert.match(
      server.logs(),
      /"level":"warn".*"check":"acl".*the store does not do what the settings want/,
    );
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    assert.deepEqual(await keysIn(bucket), ['.strongroom/deployment']);
  });

  it('looks at a store that answers only later', async (t) => {
    let away = true;
    const { server } = await started(
      t,
      {
        answer: (_passing, response) => {
          if (away) response.writeHead(503).end();
          return away;
        },
        change: ({ headers }) => void delete headers['x-amz-acl'],
      },
      { S3_ACL: 'authenticated-read' },
      { waits: true },
    );
    assert.doesNotMatch(server.logs(), /Attention/);
    away = false;
    while (!/"check":"acl"/.test(server.logs())) await sleep(50);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  });

  it('goes by what the store heeds and checks: on Ceph by the condition, without checksums', async (t) => {
    const { server, upload } = await started(t, {});
    const [put, ...more] = await upload(3 * 2 ** 20);
    assert.deepEqual([put?.method, put?.headers['if-none-match'], more], ['PUT', '*', []]);
    assert.equal(put?.headers['x-amz-trailer'], undefined);
    assert.doesNotMatch(server.logs(), /Attention/);
  });

  it('looks where the condition is ignored, and proves its bodies where checksums are checked', async (t) => {
    const change = (passing: Passing) => {
      delete passing.headers['if-none-match'];
      asPlainBody(passing);
    };
    const { upload } = await started(t, { change, changeBody: checkedBody });
    const [look, put] = await upload(3 * 2 ** 20);
    assert.deepEqual([look?.method, put?.method], ['HEAD', 'PUT']);
    // Sent all the same: a store of several servers may heed it at some of them.
    assert.equal(put?.headers['if-none-match'], '*');
    assert.equal(put?.headers['x-amz-trailer'], 'x-amz-checksum-sha256');
  });

  it('is asked once by all who ask at the same time, and no more when they have gone', async (t) => {
    const leave = new AbortController();
    let whenCleared: (() => void) | null = null;
    const { server, bucket, passed } = await started(t, {
      changeAnswer: (passing) => {
        if (whenCleared === null || !isScratch(passing)) return;
        if (passing.method === 'PUT') leave.abort();
        if (passing.method === 'DELETE') whenCleared();
      },
    });
    passed.length = 0;
    const headers = { authorization: `Bearer ${server.key}` };
    const check = async (signal: AbortSignal | null = null) => {
      const answer = await fetch(`${server.url}/v1/storage/check`, { method: 'POST', headers, signal });
      return (await answer.json()) as Report;
    };
    const [one, other] = await Promise.all([check(), check()]);
    assert.deepEqual([one.ok, other], [true, one]);
    assert.ok(one.checks.length > 15);
    const keys = passed.flatMap(({ url }) => /\.strongroom\/check\/[\w-]+/.exec(url)?.[0] ?? []);
    assert.equal(new Set(keys).size, 1);

    const cleared = new Promise<void>((resolve) => {
      whenCleared = resolve;
    });
    await assert.rejects(check(leave.signal), { name: 'AbortError' });
    await cleared;
    while ((await keysIn(bucket)).length > 1);
    assert.deepEqual(await keysIn(bucket), ['.strongroom/deployment']);
  });
});

/** What a gateway that checks does with a body: it looks at the checksum, and takes the chunks apart. */
function checkedBody({ headers }: Passing, body: Buffer): Buffer | null {
  const given = headers['x-amz-checksum-sha256'];
  if (headers['x-amz-trailer'] === undefined) return given && given !== base64(body) ? null : body;
  const [size = ''] = body.toString('latin1', 0, 20).split('\r\n');
  const start = size.length + 2;
  const content = body.subarray(start, start + Number.parseInt(size, 16));
  const [, trailed] =
    /x-amz-checksum-sha256:(\S+)/.exec(body.subarray(start + content.length).toString()) ?? [];
  return trailed === base64(content) ? content : null;
}

const base64 = (body: Buffer) => Buffer.from(sha256(body), 'hex').toString('base64');

function asPlainBody({ headers }: Passing): void {
  if (headers['x-amz-trailer'] === undefined) return;
  for (const name of ['x-amz-trailer', 'x-amz-decoded-content-length', 'content-encoding'])
    delete headers[name];
  headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
}
