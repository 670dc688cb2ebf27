/** /v1/keys: keys are made, listed and revoked over the API, and none comes to more rights than its maker has. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepSecret } from '../secrecy/watch.ts';
import { backends, startOn } from './backends.ts';
import { ApiClient } from './client.ts';

interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: string[] | null;
  readonly recordPrefix: string | null;
  readonly revokedAt: string | null;
  readonly current: boolean;
}

type Problem = Readonly<Record<'code' | 'action' | 'field', string>>;

for (const backend of backends)
  describe(`keys over the API on ${backend.name}`, { skip: backend.missing() }, () => {
    it('are made, shown once, used, listed and revoked', async (t) => {
      const server = await startOn(t, backend);
      const admin = new ApiClient(server);
      const make = async (api: ApiClient, body: object) => {
        const answer = await api.send<Key & { key: string } & Problem>('POST', '/v1/keys', { body });
        keepSecret('secret', answer.body.key);
        return answer;
      };
      const list = async (api: ApiClient) => (await api.send<{ items: Key[] }>('GET', '/v1/keys')).body.items;

      const limits = { scopes: ['keys:manage', 'documents:read'], recordPrefix: 'acme/' };
      const made = await make(admin, { name: 'Büro', ...limits });
      assert.equal(made.status, 201);
      const { key, ...shown } = made.body;
      assert.match(key, /^sr_/);
      assert.deepEqual(
        [shown.name, shown.scopes, shown.recordPrefix, shown.revokedAt, shown.current],
        ['Büro', limits.scopes, 'acme/', null, false],
      );
      const limited = new ApiClient({ url: server.url, key });
      assert.deepEqual(await list(limited), [{ ...shown, current: true }]);
      const other = await make(admin, { name: 'everything' });
      assert.deepEqual(
        (await list(admin)).map(({ id, scopes }) => [id, scopes]),
        [
          [other.body.id, null],
          [shown.id, limits.scopes],
        ],
      );

      const more = await make(limited, { name: 'x', scopes: ['documents:delete'], recordPrefix: 'acme/' });
      assert.deepEqual([more.status, more.body.code, more.body.action], [403, 'not_allowed', 'delete']);
      const theirs = await limited.send<Problem>('DELETE', `/v1/keys/${other.body.id}`);
      assert.deepEqual([theirs.status, theirs.body.code], [403, 'not_allowed']);
      const less = await make(limited, { name: 'x', scopes: ['documents:read'], recordPrefix: 'acme/1/' });
      assert.equal(less.status, 201);
      const reader = new ApiClient({ url: server.url, key: less.body.key });
      assert.equal((await reader.send<Problem>('GET', '/v1/keys')).body.code, 'not_allowed');

      for (const [body, field] of [
        [{}, 'name'],
        [{ name: '' }, 'name'],
        [{ name: 'a\nb' }, 'name'],
        [{ name: 'x', scopes: [] }, 'scopes'],
        [{ name: 'x', scopes: ['everything'] }, 'scopes.0'],
        [{ name: 'x', recordPrefix: '' }, 'recordPrefix'],
        [{ name: 'x', admin: true }, 'admin'],
      ] as const) {
        const refused = await make(admin, body);
        assert.deepEqual([refused.status, refused.body.field], [422, field], JSON.stringify(body));
      }

      assert.equal((await admin.send<Problem>('DELETE', `/v1/keys/${key}`)).body.field, 'id');
      for (const id of [less.body.id, less.body.id, '0123456789ab', shown.id])
        assert.equal((await limited.send('DELETE', `/v1/keys/${id}`)).status, 204);
      const until = performance.now() + 6_000;
      for (const api of [reader, limited])
        while ((await api.send('GET', '/v1/caller')).status !== 401) {
          assert.ok(performance.now() < until, 'a revoked key lives on');
          await sleep(100);
        }
      const revoked = (await list(admin)).filter(({ revokedAt }) => revokedAt !== null);
      assert.deepEqual(revoked.map(({ id }) => id).sort(), [less.body.id, shown.id].sort());
      await server.stop();
    });
  });
