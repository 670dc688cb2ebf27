import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everything, type Rights } from '../documents/permissions.ts';
import { hasCode, StrongroomError } from '../errors.ts';
import { Authenticator, makeKey } from './api-keys.ts';
import { Grants } from './grants.ts';
import type { KeyLimits } from './scopes.ts';
import { Tokens } from './tokens.ts';

const wanted = {
  recordId: 'acme/1',
  actions: ['upload', 'read', 'delete'],
  types: null,
  maxSize: null,
  maxFiles: 2,
  expiresIn: 3_600,
};
const unauthenticated = (error: unknown) => hasCode(error, 'unauthenticated');

function opened(limits: KeyLimits = { scopes: null, recordPrefix: null }) {
  const { key, record } = makeKey('app', new Date(), limits);
  const revoked = new Set<string>();
  const state = { revokedAt: null as Date | null, now: 0 };
  const findKey = async (id: string) => (id === record.id ? { ...record, revokedAt: state.revokedAt } : null);
  const tokens = new Tokens(['a secret of at least thirty-two characters']);
  const grants = new Grants({
    tokens: () => tokens,
    keys: new Authenticator({ findKey }, null, () => state.now),
    revocations: {
      include: async (...ids) => ids.some((id) => revoked.has(id)),
      add: async (id) => void revoked.add(id),
    },
  });
  const make = () => grants.make({ ...wanted, key: record.id });
  const caller = (rights: Partial<Rights> = {}, by = record.id) => ({
    key: by,
    rights: { ...everything, ...rights },
  });
  return { grants, make, key, record, state, caller };
}

describe('grants', () => {
  test('one acts in its own name, with what it was made for', async () => {
    const { grants, make, record } = opened();
    const { id, token, expiresAt } = make();
    const { actor, key, rights } = await grants.authenticate(`bearer  ${token}`);
    assert.deepEqual(actor, { kind: 'grant', id });
    assert.equal(key, record.id);
    const { actions, ...limits } = rights;
    assert.deepEqual([...actions], ['upload', 'read', 'delete']);
    assert.deepEqual(limits, {
      documentId: null,
      recordId: 'acme/1',
      recordPrefix: null,
      types: null,
      scopes: null,
      maxSize: null,
      maxFiles: 2,
      expiresAt,
    });
  });

  test('API keys open as they did', async () => {
    const { grants, key, record } = opened();
    assert.equal((await grants.authenticate(`Bearer ${key}`)).actor.id, record.id);
    for (const given of [undefined, '', 'Bearer', 'Bearer sg_', 'Bearer sg_x', `Basic ${key}`])
      await assert.rejects(grants.authenticate(given), unauthenticated, given);
  });

  test('one may never do more than its key', async () => {
    const { grants, make } = opened({ scopes: ['documents:read', 'grants:create'], recordPrefix: 'acme/' });
    const { rights } = await grants.authenticate(`Bearer ${make().token}`);
    assert.deepEqual([...rights.actions], ['read']);
    assert.equal(rights.recordPrefix, 'acme/');
  });

  test('one dies with its key, and so do its links', async () => {
    const { grants, make, state, record } = opened();
    const { id, token } = make();
    await grants.authenticate(`Bearer ${token}`);
    assert.equal(await grants.stands({ id, key: record.id }), true);
    state.revokedAt = new Date();
    state.now = 5_000;
    await assert.rejects(grants.authenticate(`Bearer ${token}`), unauthenticated);
    assert.equal(await grants.stands({ id, key: record.id }), false);
  });

  test('who is bound to nothing ends any grant; who is bound to a prefix, those of the own key', async () => {
    const { grants, make, caller, record } = opened();
    const [first, second, third] = [make(), make(), make()];
    await grants.revoke(caller(), first.id);
    await grants.revoke(caller({ recordPrefix: 'other/' }, 'another key'), second.id);
    await grants.revoke(caller({ recordPrefix: 'acme/' }), third.id);
    for (const { token } of [first, third])
      await assert.rejects(grants.authenticate(`Bearer ${token}`), unauthenticated);
    await grants.authenticate(`Bearer ${second.token}`);
    assert.equal(await grants.stands({ id: first.id, key: record.id }), false);
    assert.equal(await grants.stands({ id: second.id, key: record.id }), true);
  });

  test('what can’t be an id is told so, the token above all', async () => {
    const { grants, make, caller } = opened();
    for (const id of [make().token, 'nonsense', '', 'f'.repeat(32)])
      await assert.rejects(grants.revoke(caller(), id), (error) => hasCode(error, 'invalid_input'));
  });

  test('while revocations can’t be read, none is let in', async () => {
    const { make, record } = opened();
    const away = async () => {
      throw new StrongroomError('records_unavailable', {});
    };
    const tokens = new Tokens(['a secret of at least thirty-two characters']);
    const grants = new Grants({
      tokens: () => tokens,
      keys: new Authenticator({ findKey: async () => record }, null),
      revocations: { include: away, add: away },
    });
    await assert.rejects(grants.authenticate(`Bearer ${make().token}`), (error) =>
      hasCode(error, 'records_unavailable'),
    );
  });
});
