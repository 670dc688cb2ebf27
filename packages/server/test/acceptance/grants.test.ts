import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { jpeg, pdf } from '../fixtures/make.ts';
import { type Ending, startServer, type TestServer } from '../harness.ts';
import { diskAndSqlite, startOn, twoNodes } from './backends.ts';
import { ApiClient, type ApiDocument, contentAt } from './client.ts';

interface Grant {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: string;
}
interface Problem {
  readonly code: string;
}
interface List {
  readonly items: readonly ApiDocument[];
}

const file = { size: pdf().length, body: pdf() };
const every = ['upload', 'list', 'read', 'change', 'link', 'archive', 'delete', 'restore'];

/** A grant made with all rights, and a client that holds it. */
async function granted(server: TestServer, wanted: object) {
  const owner = new ApiClient(server);
  const { status, body } = await owner.send<Grant>('POST', '/v1/grants', { body: wanted });
  assert.equal(status, 201, JSON.stringify(body));
  return { owner, grant: body, holder: new ApiClient({ url: server.url, key: body.token }) };
}

function upload(client: ApiClient, recordId: string, type = 'id', headers: Record<string, string> = {}) {
  return client.upload('raw', { recordId, type, headers }, file);
}

async function codeOf(answer: Promise<{ status: number; body: unknown }>): Promise<string> {
  const { status, body } = await answer;
  return `${status} ${(body as Problem | null)?.code ?? ''}`;
}

for (const backend of [diskAndSqlite, twoNodes]) {
  describe(`grants on ${backend.name}`, { skip: backend.missing() }, () => {
    let server: TestServer;
    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };
    before(async () => {
      server = await startOn(ending, backend);
    });
    after(async () => {
      for (const last of undo) await last();
    });

    test('one does what it says with the documents of its record, and nothing else', async () => {
      const { owner, grant, holder } = await granted(server, { recordId: 'case 1', actions: every });
      const mine = (await upload(holder, 'case 1')).body;
      assert.deepEqual(mine.createdBy, { kind: 'grant', id: grant.id });
      const other = (await upload(owner, 'case 2')).body;
      const ours = (await upload(owner, 'case 1')).body;

      assert.equal(await codeOf(upload(holder, 'case 2')), '403 not_allowed');
      const listed = (await holder.send<List>('GET', '/v1/documents?state=all')).body.items;
      assert.deepEqual(listed.map(({ id }) => id).sort(), [mine.id, ours.id].sort());
      assert.equal(await codeOf(holder.send('GET', '/v1/documents?recordId=case%202')), '422 invalid_input');
      // A search, and a place in a search of somebody who sees more.
      const named = (await holder.send<List>('GET', '/v1/documents?q=document')).body.items;
      assert.deepEqual(named.map(({ id }) => id).sort(), [mine.id, ours.id].sort());
      assert.deepEqual((await holder.send<List>('GET', '/v1/documents?q=case')).body.items, []);
      const wider = await owner.send<{ nextCursor: string }>('GET', '/v1/documents?q=case&limit=1');
      const cursor = encodeURIComponent(wider.body.nextCursor);
      assert.equal(
        await codeOf(holder.send('GET', `/v1/documents?q=case&cursor=${cursor}`)),
        '422 invalid_input',
      );
      const everything = await owner.send<{ nextCursor: string }>('GET', '/v1/documents?limit=1');
      const place = encodeURIComponent(everything.body.nextCursor);
      for (const { recordId } of (await holder.send<List>('GET', `/v1/documents?cursor=${place}`)).body.items)
        assert.equal(recordId, 'case 1');
      const calls = [
        ['GET', ''],
        ['GET', '/events'],
        ['GET', '/content'],
        ['POST', '/links'],
        ['POST', '/archive'],
        ['POST', '/unarchive'],
        ['DELETE', ''],
        ['POST', '/restore'],
      ] as const;
      for (const [method, path] of calls) {
        assert.equal(
          await codeOf(holder.send(method, `/v1/documents/${other.id}${path}`)),
          '404 document_missing',
        );
        if (path === '/content') assert.equal((await holder.content(ours.id)).size, file.size);
        else {
          const answer = await holder.send(method, `/v1/documents/${ours.id}${path}`);
          assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
        }
      }
      for (const [method, path] of [
        ['GET', '/v1/storage'],
        ['POST', '/v1/storage/check'],
        ['POST', '/v1/grants'],
        ['DELETE', `/v1/grants/${grant.id}`],
        ['GET', '/metrics'],
      ] as const)
        assert.match(await codeOf(holder.send(method, path)), /^40[13] (not_allowed|unauthenticated)$/, path);
      // By `replaces` it reaches no other record either.
      const replacing = holder.upload('raw', { recordId: 'case 1', type: 'id', replaces: other.id }, file);
      assert.equal(await codeOf(replacing), '422 invalid_input');
    });

    test('one narrows types and sizes, and says so to its holder', async () => {
      const { owner, grant, holder } = await granted(server, {
        recordId: 'narrow',
        actions: ['upload', 'list', 'read'],
        types: ['id'],
        maxSize: 1_000,
        maxFiles: 5,
        expiresIn: 600,
      });
      const contract = (await upload(owner, 'narrow', 'contract')).body;
      const types = await holder.send<{ items: { id: string; maxSize: number }[] }>(
        'GET',
        '/v1/document-types',
      );
      assert.deepEqual(
        types.body.items.map(({ id, maxSize }) => [id, maxSize]),
        [['id', 1_000]],
      );
      assert.deepEqual((await holder.send('GET', '/v1/caller')).body, {
        actor: { kind: 'grant', id: grant.id },
        actions: ['upload', 'list', 'read'],
        scopes: null,
        recordId: 'narrow',
        recordPrefix: null,
        types: ['id'],
        maxSize: 1_000,
        maxFiles: 5,
        expiresAt: grant.expiresAt,
        transports: ['plain', 'tus'],
      });
      assert.equal(await codeOf(upload(holder, 'narrow', 'contract')), '403 not_allowed');
      assert.equal(await codeOf(holder.send('GET', `/v1/documents/${contract.id}`)), '404 document_missing');
      assert.deepEqual((await holder.send<List>('GET', '/v1/documents')).body.items, []);
      assert.equal(await codeOf(holder.send('DELETE', `/v1/documents/${contract.id}`)), '403 not_allowed');
      const large = Buffer.concat([jpeg(), randomBytes(70_000)]);
      for (const way of ['raw', 'chunked', 'form'] as const) {
        const answer = await holder.upload(
          way,
          { recordId: 'narrow', type: 'id' },
          { size: large.length, body: large },
        );
        assert.deepEqual(
          [answer.status, (answer.body as unknown as { limit: number }).limit],
          [413, 1_000],
          way,
        );
      }
      const form = await holder.upload('form', { recordId: 'other', type: 'id' }, file);
      assert.equal(form.status, 403);
      // What it does not see, it takes no place of.
      const id = (await upload(owner, 'narrow')).body;
      const small = { size: jpeg().length, body: jpeg() };
      for (const way of ['raw', 'form'] as const) {
        const replacing = (replaces: string) =>
          holder.upload(way, { recordId: 'narrow', type: 'id', replaces }, small);
        assert.equal(await codeOf(replacing(contract.id)), '422 invalid_input');
        assert.equal((await replacing(id.id)).status, 201);
      }
    });

    test('of 20 uploads at once under maxFiles 3, exactly 3 are stored', async () => {
      const { owner, holder } = await granted(server, { recordId: 'race', actions: ['upload'], maxFiles: 3 });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          upload(holder, 'race', 'id', n % 2 ? { 'idempotency-key': `key-${n}` } : {}),
        ),
      );
      assert.equal(answers.filter(({ status }) => status === 201).length, 3);
      for (const { body } of answers.filter(({ status }) => status !== 201))
        assert.deepEqual(
          [(body as unknown as Problem).code, (body as unknown as { maxFiles: number }).maxFiles],
          ['grant_used_up', 3],
        );
      const { items } = (await owner.send<List>('GET', '/v1/documents?recordId=race&state=all')).body;
      assert.equal(items.length, 3);
    });

    test('what fails gives its place back, a replay takes none, and another grant for the record repeats safely', async () => {
      const wanted = { recordId: 'r', actions: ['upload'], maxFiles: 1 };
      const { owner, holder } = await granted(server, wanted);
      await cutOff(owner, holder);
      const once = { 'idempotency-key': 'k1' };
      const first = await upload(holder, 'r', 'id', once);
      assert.equal(first.status, 201, JSON.stringify(first.body));
      const again = await upload(holder, 'r', 'id', once);
      assert.deepEqual([again.body.id, again.headers['idempotency-replayed']], [first.body.id, 'true']);
      assert.equal(await codeOf(upload(holder, 'r')), '403 grant_used_up');

      const fresh = (await granted(server, wanted)).holder;
      assert.equal((await upload(fresh, 'r', 'id', once)).body.id, first.body.id);
      assert.equal((await upload(fresh, 'r')).status, 201);
      // A grant for another record, and the key itself, are other callers.
      const elsewhere = (await granted(server, { ...wanted, recordId: 's' })).holder;
      assert.notEqual((await upload(elsewhere, 's', 'id', once)).body.id, first.body.id);
      assert.notEqual((await upload(owner, 'r', 'id', once)).body.id, first.body.id);
    });

    test('one that is revoked or expired opens nothing more, and neither do its links', async () => {
      const { owner, grant, holder } = await granted(server, {
        recordId: 'r',
        actions: ['upload', 'read', 'link'],
        expiresIn: 600,
      });
      const { id } = (await upload(holder, 'r')).body;
      const body = { expiresIn: 604_800 };
      const link = (
        await holder.send<{ url: string; expiresAt: string }>('POST', `/v1/documents/${id}/links`, { body })
      ).body;
      assert.ok(link.expiresAt <= grant.expiresAt, `${link.expiresAt} is later than ${grant.expiresAt}`);
      assert.equal((await contentAt(link.url)).status, 200);
      const kept = (await owner.send<{ url: string }>('POST', `/v1/documents/${id}/links`)).body;

      assert.equal((await owner.send('DELETE', `/v1/grants/${grant.id}`)).status, 204);
      const revokedAt = performance.now();
      const path = `/v1/documents/${id}`;
      const refused = async () =>
        (await codeOf(holder.send('GET', path))) === '401 unauthenticated' &&
        (await contentAt(link.url)).status === 403;
      // Every server that stands behind the address knows it in time.
      while (!(await refused()) || !(await refused()))
        assert.ok(performance.now() - revokedAt < 5_500, 'it still opens');
      assert.equal((await owner.send('DELETE', `/v1/grants/${grant.id}`)).status, 204);
      assert.equal((await contentAt(kept.url)).status, 200);

      const brief = await granted(server, { recordId: 'r', actions: ['read'], expiresIn: 1 });
      while (Date.now() < Date.parse(brief.grant.expiresAt)) await sleep(20);
      const expired = await brief.holder.send('GET', path);
      assert.deepEqual([expired.status, (expired.body as unknown as Problem).code], [401, 'grant_expired']);
      assert.equal(expired.headers['www-authenticate'], 'Bearer');
    });
  });
}

test('a grant can be given no more than its key has, and dies with a STRONGROOM_API_KEY that is replaced', async (t) => {
  const first = await startServer(t, { STRONGROOM_SECRET: 'of these thirty-two characters at least' });
  const { grant, owner } = await granted(first, { recordId: 'r', actions: ['read'] });
  for (const [wanted, code] of [
    [{ recordId: 'r', actions: ['grant'] }, '422 invalid_input'],
    [{ recordId: 'r', actions: [] }, '422 invalid_input'],
    [{ recordId: '', actions: ['read'] }, '422 invalid_input'],
    [{ recordId: 'r', actions: ['read'], types: ['passport'] }, '422 unknown_document_type'],
    [{ recordId: 'r', actions: ['read'], expiresIn: 604_801 }, '422 invalid_input'],
  ] as const)
    assert.equal(
      await codeOf(owner.send('POST', '/v1/grants', { body: wanted })),
      code,
      JSON.stringify(wanted),
    );
  await first.stop();
  const second = await startServer(t, { STRONGROOM_SECRET: 'of these thirty-two characters at least' });
  const holder = new ApiClient({ url: second.url, key: grant.token });
  assert.equal(await codeOf(holder.send('GET', '/v1/caller')), '401 unauthenticated');
});

/** An upload whose client goes away in the middle, once there is a record of it; resolves when it was given up. */
async function cutOff(owner: ApiClient, { url, key }: ApiClient): Promise<void> {
  const gone = new AbortController();
  const pieces = (async function* () {
    yield Buffer.concat([jpeg(), randomBytes(100_000)]);
    await sleep(60_000, undefined, { signal: gone.signal }).catch(() => {});
  })();
  const headers = { authorization: `Bearer ${key}`, 'content-length': '1000000' };
  const sent = request(`${url}/v1/documents?recordId=r&type=id`, {
    method: 'POST',
    headers,
    body: Readable.from(pieces),
    signal: gone.signal,
  });
  const refused = assert.rejects(sent, { name: 'AbortError' });
  await listed(owner, 'receiving');
  gone.abort();
  await refused;
  await listed(owner, 'abandoned');
}

async function listed(owner: ApiClient, state: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { items } = (await owner.send<List>('GET', `/v1/documents?recordId=r&state=${state}`)).body;
    if (items.length > 0) return;
    assert.ok(tries < 500, `no upload came to be ${state}`);
    await sleep(20);
  }
}
