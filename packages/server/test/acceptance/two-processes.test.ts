import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from 'undici';
import { paddedPdf, pdf } from '../fixtures/make.ts';
import { needs, startServer, testFolder } from '../harness.ts';
import { s3AndPostgres } from './backends.ts';
import { type Answer, ApiClient, type ApiDocument, type ApiEvent } from './client.ts';
import { lookInto } from './store-look.ts';

const command = fileURLToPath(new URL('../../bin/strongroom', import.meta.url));

/** Chores of both processes are after the same rows all the time; what is deleted is purged in a moment. */
const config = {
  documentTypes: [
    { id: 'lasting', accept: ['application/pdf'] },
    { id: 'fleeting', accept: ['application/pdf'], trashFor: '1ms' },
  ],
  lifecycle: { every: '20ms', uploadDeadAfter: '3s', lookAgainAfter: '100ms', forgetAfter: '1h' },
};

test('two processes on one database and one bucket', {
  skip: needs('s3') || needs('postgres'),
}, async (t) => {
  const shared = await s3AndPostgres.prepare(t);
  const start = async () => {
    const DATA_DIR = await testFolder(t);
    await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(config));
    return startServer(t, { ...shared, DATA_DIR, STRONGROOM_API_KEY: 'the key that both are given' });
  };
  // At once, on an empty database and an empty bucket: they agree on schema, secret and deployment.
  const servers = await Promise.all([start(), start()]);
  const apis = servers.map((server) => new ApiClient(server)) as [ApiClient, ApiClient];
  const [one, two] = apis;
  const upload = (api: ApiClient, type: string, key?: string): Promise<Answer> => {
    const { body } = paddedPdf(100_000);
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return api.upload('raw', { recordId: 'r', type, filename: 'a.pdf', headers }, { size: 100_000, body });
  };

  await t.test(
    'what one takes in, the other reads, lists, changes, archives, deletes and restores',
    async () => {
      const kept = await upload(one, 'lasting');
      assert.equal(kept.status, 201);
      const path = `/v1/documents/${kept.body.id}`;
      assert.deepEqual((await two.send('GET', path)).body, kept.body);
      assert.equal((await two.content(kept.body.id)).sha256, kept.body.sha256);
      const changed = await two.send('PATCH', path, {
        headers: { 'if-match': '"2"' },
        body: { filename: 'b.pdf' },
      });
      assert.equal(changed.status, 200);
      const stale = await one.send('PATCH', path, {
        headers: { 'if-match': '"2"' },
        body: { filename: 'c.pdf' },
      });
      assert.equal(stale.status, 412);
      assert.equal((await two.send('POST', `${path}/archive`)).status, 200);
      assert.equal((await one.send('DELETE', path)).status, 202);
      assert.equal((await two.content(kept.body.id)).status, 410);
      assert.equal((await two.send('POST', `${path}/restore`)).body.state, 'archived');
      assert.equal((await one.send('POST', `${path}/unarchive`)).body.filename, 'b.pdf');
    },
  );

  await t.test('a list begun on one goes on on the other', async () => {
    for (let count = 0; count < 3; count++) await upload(apis[count % 2] as ApiClient, 'lasting');
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let turn = 0; cursor !== null; turn++) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await (apis[turn % 2] as ApiClient).send<{
        items: ApiDocument[];
        nextCursor: string | null;
      }>('GET', `/v1/documents?recordId=r&limit=1${from}`);
      assert.equal(page.status, 200);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    assert.equal(new Set(seen).size, 4);
    assert.equal(seen.length, 4);
  });

  await t.test('a link that one signs opens on the other', async () => {
    const kept = await upload(one, 'lasting');
    const link = await one.send<{ url: string }>('POST', `/v1/documents/${kept.body.id}/links`);
    const opened = await request(`${two.url}${new URL(link.body.url).pathname}`);
    assert.equal(opened.statusCode, 200);
    assert.equal((await opened.body.arrayBuffer()).byteLength, 100_000);
  });

  await t.test('the same Idempotency-Key on both at once makes one document', async () => {
    for (let round = 0; round < 5; round++) {
      const key = `round-${round}`;
      const answers = await Promise.all(
        [one, two, one, two, one, two].map(async (api) => {
          for (;;) {
            const answer = await upload(api, 'lasting', key);
            if (answer.status !== 409) return answer;
            const { code } = answer.body as unknown as { code: string };
            assert.equal(code, 'idempotency_in_progress');
            await sleep(50);
          }
        }),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        answers.map(() => 201),
      );
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      const first = answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined);
      assert.equal(first.length, 1);
    }
  });

  await t.test('chores of both purge each document once', async () => {
    const kept = await Promise.all(
      Array.from({ length: 24 }, (_, turn) => upload(apis[turn % 2] as ApiClient, 'fleeting')),
    );
    await Promise.all(
      kept.map(({ body }, turn) =>
        (apis[(turn + 1) % 2] as ApiClient).send('DELETE', `/v1/documents/${body.id}`),
      ),
    );
    for (const { body } of kept) {
      const path = `/v1/documents/${body.id}`;
      for (const until = performance.now() + 20_000; ; await sleep(50)) {
        if ((await one.send('GET', path)).body.state === 'purged') break;
        assert.ok(performance.now() < until, 'a document was never purged');
      }
      const events = await two.send<{ items: ApiEvent[] }>('GET', `${path}/events`);
      assert.deepEqual(
        events.body.items.map(({ action }) => action),
        ['received', 'available', 'deleted', 'purging', 'purged'].map((action) => `document.${action}`),
      );
    }
    const { keys, leftovers } = lookInto(t, shared);
    const fleeting = (await keys()).filter((key) => key.includes('/fleeting/'));
    assert.deepEqual([fleeting, await leftovers()], [[], []]);
  });

  await t.test('deletes and restores that race on both leave one answer', async () => {
    const kept = await upload(one, 'lasting');
    const path = `/v1/documents/${kept.body.id}`;
    await Promise.all(
      Array.from({ length: 12 }, (_, turn) => {
        const api = apis[turn % 2] as ApiClient;
        return turn % 3 === 0 ? api.send('POST', `${path}/restore`) : api.send('DELETE', path);
      }),
    );
    const [left, right] = await Promise.all(apis.map((api) => api.send('GET', path)));
    assert.deepEqual(left?.body, right?.body);
    const { body } = await one.send<{ items: ApiEvent[] }>('GET', `${path}/events`);
    const moves = body.items.slice(2).map(({ action }) => action);
    moves.forEach((action, at) => {
      assert.equal(action, at % 2 === 0 ? 'document.deleted' : 'document.restored');
    });
  });

  await t.test(
    'a key made by the command works on both, and is dead on both within 5 s of its end',
    async () => {
      const keys = async (...words: string[]) => {
        const env = { PATH: process.env.PATH, ...shared };
        return (await promisify(execFile)(process.execPath, [command, 'keys', ...words], { env })).stdout;
      };
      const { id, key } = JSON.parse(await keys('create', '--name', 'short', '--json'));
      const asked = () =>
        Promise.all(
          apis.map(
            async ({ url }) => (await new ApiClient({ url, key }).send('GET', '/v1/documents')).status,
          ),
        );
      assert.deepEqual(await asked(), [200, 200]);
      await keys('revoke', id);
      const revoked = performance.now();
      while (!(await asked()).every((status) => status === 401)) {
        assert.ok(performance.now() - revoked < 5_500, 'it lives on');
        await sleep(100);
      }
    },
  );

  await t.test('one is killed in the middle of an upload: the other settles it', async () => {
    const gate = Promise.withResolvers<void>();
    async function* halting() {
      yield Buffer.concat([pdf(), Buffer.alloc(200_000)]);
      await gate.promise;
    }
    const cut = assert.rejects(
      one.upload('raw', { recordId: 'cut', type: 'lasting' }, { size: 400_000, body: halting() }),
    );
    const list = (state: string) =>
      two.send<{ items: ApiDocument[] }>('GET', `/v1/documents?recordId=cut&state=${state}`);
    while ((await list('receiving')).body.items.length === 0) await sleep(20);
    await servers[0]?.kill();
    gate.resolve();
    await cut;
    for (
      const until = performance.now() + 25_000;
      (await list('receiving,abandoned')).body.items.length > 0;
    ) {
      assert.ok(performance.now() < until, 'nobody settled it');
      await sleep(100);
    }
    const { keys, leftovers } = lookInto(t, shared);
    const left = (await keys()).filter((key) => key.startsWith('cut/'));
    assert.deepEqual([left, await leftovers()], [[], []]);
    assert.doesNotMatch(servers.map((server) => server.logs()).join(''), /"level":"(fatal|error)"/);
    assert.equal(await servers[1]?.stop(), 0);
  });
});
