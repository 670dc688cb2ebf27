import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '../documents/permissions.ts';
import { hasCode } from '../errors.ts';
import type { ApiKeyRecord } from './key-records.ts';
import { ManagedKeys } from './managed-keys.ts';
import { type KeyLimits, rightsOf, unlimited } from './scopes.ts';

function house() {
  let rows: ApiKeyRecord[] = [];
  const keys = new ManagedKeys({
    createKey: async (row) => void rows.unshift(row),
    keys: async () => rows,
    findKey: async (id) => rows.find((row) => row.id === id) ?? null,
    revokeKey: async (id, revokedAt) => {
      rows = rows.map((row) => (row.id === id ? { ...row, revokedAt } : row));
      return true;
    },
  });
  return { keys, row: (id: string) => rows.find((row) => row.id === id) };
}

const caller = (limits: KeyLimits): Caller => ({
  actor: { kind: 'key', id: 'me' },
  key: 'me',
  requestId: 'r',
  rights: rightsOf(limits),
});
const all = caller(unlimited);
const part = caller({ scopes: ['keys:manage', 'documents:read'], recordPrefix: 'acme/' });

const cases: [name: string, limits: KeyLimits, within: boolean][] = [
  ['the same', { scopes: ['keys:manage', 'documents:read'], recordPrefix: 'acme/' }, true],
  ['less', { scopes: ['documents:read'], recordPrefix: 'acme/2026/' }, true],
  ['another scope', { scopes: ['documents:read', 'documents:delete'], recordPrefix: 'acme/' }, false],
  ['another prefix', { scopes: ['documents:read'], recordPrefix: 'ac' }, false],
  ['a neighbour’s prefix', { scopes: ['documents:read'], recordPrefix: 'acme' }, false],
  ['no prefix', { scopes: ['documents:read'], recordPrefix: null }, false],
  ['no scopes', { scopes: null, recordPrefix: 'acme/' }, false],
  ['everything', unlimited, false],
];

for (const [name, limits, within] of cases)
  test(`a limited key ${within ? 'makes, sees and revokes' : 'neither makes, sees nor revokes'} a key with ${name}`, async () => {
    const { keys, row } = house();
    const { record } = await keys.make(all, { name, ...limits });
    const refused = (error: unknown) => hasCode(error, 'not_allowed');
    assert.equal((await keys.list(all)).length, 1);
    assert.equal((await keys.list(part)).length, within ? 1 : 0);
    if (within) {
      const made = await keys.make(part, { name, ...limits });
      assert.match(made.key, /^sr_/);
      await keys.revoke(part, record.id);
      assert.notEqual(row(record.id)?.revokedAt, null);
    } else {
      await assert.rejects(keys.make(part, { name, ...limits }), refused);
      await assert.rejects(keys.revoke(part, record.id), refused);
      assert.equal(row(record.id)?.revokedAt, null);
    }
  });

test('one with a scope of a newer version is managed by who may do everything alone', async () => {
  const { keys, row } = house();
  const { record } = await keys.make(all, { name: 'newer', scopes: ['audits:read'], recordPrefix: 'other/' });
  for (const narrowed of [part, caller({ scopes: null, recordPrefix: 'acme/' })]) {
    assert.deepEqual(await keys.list(narrowed), []);
    await assert.rejects(keys.revoke(narrowed, record.id), (error) => hasCode(error, 'not_allowed'));
  }
  assert.equal((await keys.list(all)).length, 1);
  await keys.revoke(all, record.id);
  assert.notEqual(row(record.id)?.revokedAt, null);
});

test('one that is none is as good as revoked', async () => {
  const { keys } = house();
  await keys.revoke(part, 'nobody');
});
