import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { everything } from '../documents/permissions.ts';
import { hasCode, StrongroomError } from '../errors.ts';
import { Authenticator, idOf, makeKey } from './api-keys.ts';
import type { ApiKeyRecord } from './key-records.ts';

/** Records in memory that count their questions. */
function recordsOf(...records: ApiKeyRecord[]) {
  const rows = new Map(records.map((record) => [record.id, record]));
  return {
    rows,
    asked: 0,
    async findKey(id: string) {
      this.asked++;
      return rows.get(id) ?? null;
    },
  };
}

const at = new Date('2026-01-02T03:04:05Z');
const environmentKey = 'env-key-which-is-long-enough';

test('a made key carries its id, 256 random bits, and a record that does not hold it', () => {
  const { key, record } = makeKey('ci', at);
  assert.match(key, /^sr_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
  assert.equal(idOf(key), record.id);
  assert.equal(Buffer.from(key.slice(16), 'base64url').length, 32);
  assert.match(record.hash, /^[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify(record).includes(key.slice(16)));
  assert.notEqual(makeKey('ci', at).key, key);
});

test('a key of the records opens, whatever the case of the scheme', async () => {
  const { key, record } = makeKey('ci', at);
  const authenticator = new Authenticator(recordsOf(record), null);
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  '])
    assert.deepEqual(await authenticator.authenticate(`${scheme} ${key}`), {
      actor: { kind: 'key', id: record.id },
      key: record.id,
      rights: everything,
    });
});

test('everything else is unauthenticated', async () => {
  const { key, record } = makeKey('ci', at);
  const revoked = makeKey('old', at);
  const authenticator = new Authenticator(
    recordsOf(record, { ...revoked.record, revokedAt: at }),
    environmentKey,
  );
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    key,
    `Basic ${key}`,
    `Bearer ${key}x`,
    `Bearer x${key}`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${revoked.key}`,
    `Bearer ${makeKey('unknown', at).key}`,
    `Bearer ${environmentKey}x`,
    `Bearer ${environmentKey.toUpperCase()}`,
    `Bearer sr_${record.id}_${makeKey('other', at).key.slice(16)}`,
  ];
  for (const header of wrong)
    await assert.rejects(authenticator.authenticate(header), (error) => hasCode(error, 'unauthenticated'));
});

test('no change to a key opens', async () => {
  const { key, record } = makeKey('ci', at);
  const authenticator = new Authenticator(recordsOf(record), environmentKey);
  await fc.assert(
    fc.asyncProperty(fc.nat(key.length - 1), fc.integer({ min: 0x21, max: 0x7e }), async (place, code) => {
      const changed = key.slice(0, place) + String.fromCharCode(code) + key.slice(place + 1);
      fc.pre(changed !== key);
      await assert.rejects(authenticator.authenticate(`Bearer ${changed}`), (error) =>
        hasCode(error, 'unauthenticated'),
      );
    }),
  );
});

test('STRONGROOM_API_KEY opens without the records, also beyond ASCII as Node reads its bytes', async () => {
  const away = {
    async findKey(): Promise<never> {
      throw new StrongroomError('records_unavailable', {});
    },
  };
  const key = 'schlüssel-für-das-archiv-€€€';
  const authenticator = new Authenticator(away, key);
  const asNodeReads = Buffer.from(key).toString('latin1');
  const { actor, rights } = await authenticator.authenticate(`Bearer ${asNodeReads}`);
  assert.deepEqual(actor, { kind: 'key', id: 'environment' });
  assert.equal(rights, everything);
  await assert.rejects(authenticator.authenticate(`Bearer ${makeKey('ci', at).key}`), (error) =>
    hasCode(error, 'records_unavailable'),
  );
});

test('a verified key asks the records once in five seconds, and a revoked one dies by then', async () => {
  const { key, record } = makeKey('ci', at);
  const records = recordsOf(record);
  let now = 0;
  const authenticator = new Authenticator(records, null, () => now);
  await authenticator.authenticate(`Bearer ${key}`);
  records.rows.set(record.id, { ...record, revokedAt: at });
  now = 4_999;
  await authenticator.authenticate(`Bearer ${key}`);
  assert.equal(records.asked, 1);
  now = 5_000;
  await assert.rejects(authenticator.authenticate(`Bearer ${key}`), (error) =>
    hasCode(error, 'unauthenticated'),
  );
});

test('a key works at once after it was refused as unknown', async () => {
  const { key, record } = makeKey('ci', at);
  const records = recordsOf();
  const authenticator = new Authenticator(records, null);
  await assert.rejects(authenticator.authenticate(`Bearer ${key}`));
  records.rows.set(record.id, record);
  await authenticator.authenticate(`Bearer ${key}`);
});

test('requests with one key share one question', async () => {
  const { key, record } = makeKey('ci', at);
  const records = recordsOf(record);
  const authenticator = new Authenticator(records, null);
  await Promise.all(Array.from({ length: 50 }, () => authenticator.authenticate(`Bearer ${key}`)));
  assert.equal(records.asked, 1);
});

test('made-up ids wait in a bounded line, and a key seen before does not stand in it', async () => {
  const { key, record } = makeKey('ci', at);
  const held: (() => void)[] = [];
  let now = 0;
  const records = {
    async findKey(id: string) {
      if (id !== record.id) await new Promise<void>((resolve) => held.push(resolve));
      return id === record.id ? record : null;
    },
  };
  const authenticator = new Authenticator(records, null, () => now);
  await authenticator.authenticate(`Bearer ${key}`);
  now = 60_000;
  const flood = Array.from({ length: 300 }, () =>
    authenticator.authenticate(`Bearer ${makeKey('made up', at).key}`).catch((error: unknown) => error),
  );
  assert.equal((await authenticator.authenticate(`Bearer ${key}`)).key, record.id);
  assert.equal(held.length, 4);
  const release = setInterval(() => held.splice(0).forEach((go) => void go()), 1);
  const answers = await Promise.all(flood);
  clearInterval(release);
  assert.equal(answers.filter((error) => hasCode(error, 'busy')).length, 300 - 4 - 256);
  assert.equal(answers.filter((error) => hasCode(error, 'unauthenticated')).length, 4 + 256);
});

test('a known key costs at most 10 µs of CPU', async () => {
  const { key, record } = makeKey('ci', at);
  const authenticator = new Authenticator(recordsOf(record), environmentKey);
  const header = `Bearer ${key}`;
  const perCall = async (calls: number) => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) await authenticator.authenticate(header);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
  await perCall(20_000);
  const best = Math.min(await perCall(5_000), await perCall(5_000), await perCall(5_000));
  assert.ok(best <= 10, `${best.toFixed(1)} µs`);
});

test('scopes and prefix of a key are trusted with it, and no longer', async () => {
  const limits = { scopes: ['documents:read', 'of a newer version'], recordPrefix: 'acme/' };
  const { key, record } = makeKey('acme', at, limits);
  let kept = record;
  let now = 0;
  const authenticator = new Authenticator({ findKey: async () => kept }, null, () => now);
  const { rights } = await authenticator.authenticate(`Bearer ${key}`);
  assert.deepEqual([...rights.actions], ['list', 'read', 'link']);
  assert.equal(rights.recordPrefix, 'acme/');
  assert.deepEqual(rights.scopes, limits.scopes);
  kept = { ...record, scopes: [] };
  now = 4_999;
  assert.equal((await authenticator.authenticate(`Bearer ${key}`)).rights, rights);
  now = 5_000;
  assert.deepEqual([...(await authenticator.authenticate(`Bearer ${key}`)).rights.actions], []);
});

test('what acts in the name of a key has its rights as long as it lives', async () => {
  const { key, record } = makeKey('ci', at);
  let now = 0;
  let kept = record;
  const findKey = async (id: string) => (id === record.id ? kept : null);
  const authenticator = new Authenticator({ findKey }, environmentKey, () => now);
  assert.deepEqual((await authenticator.holderOf(record.id))?.actor, { kind: 'key', id: record.id });
  assert.equal(await authenticator.holderOf(makeKey('other', at).record.id), null);
  kept = { ...record, revokedAt: at };
  now = 5_000;
  assert.equal(await authenticator.holderOf(record.id), null);
  await assert.rejects(authenticator.authenticate(`Bearer ${key}`), (error) =>
    hasCode(error, 'unauthenticated'),
  );

  const holder = await authenticator.authenticate(`Bearer ${environmentKey}`);
  assert.equal(await authenticator.holderOf(holder.key), holder);
  const rotated = new Authenticator({ findKey }, `${environmentKey} rotated`, () => now);
  assert.equal(await rotated.holderOf(holder.key), null);
});
