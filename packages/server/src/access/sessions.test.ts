import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, hasCode } from '../errors.ts';
import { Authenticator, makeKey, nameOfEnvironmentKey } from './api-keys.ts';
import type { ApiKeyRecord } from './key-records.ts';
import { Sessions } from './sessions.ts';
import { firstCodeLife, makeCode } from './sign-in-codes.ts';
import type { SignInCodeRecord } from './sign-in-records.ts';
import { Tokens } from './tokens.ts';

const at = new Date('2026-01-02T03:04:05Z');
const environmentKey = 'schlüssel-für-das-archiv';
const secret = 'a secret of at least thirty-two characters';

class MemoryCodes {
  readonly rows = new Map<string, SignInCodeRecord & { usedAt: Date | null }>();
  found = 0;
  async findCode(hash: string) {
    this.found += 1;
    return this.rows.get(hash) ?? null;
  }
  async useCode(hash: string, usedAt: Date) {
    const row = this.rows.get(hash);
    if (!row || row.usedAt !== null || row.expiresAt <= usedAt) return null;
    this.rows.set(hash, { ...row, usedAt });
    return row;
  }
}

/** Sessions over keys, codes and revocations in memory, at a time that can be moved. */
function house() {
  const keys = new Map<string, ApiKeyRecord>();
  const codes = new MemoryCodes();
  const revoked = new Set<string>();
  let now = at.getTime();
  const clock = () => now;
  const parts = {
    tokens: () => new Tokens([secret], clock),
    keys: new Authenticator({ findKey: async (id) => keys.get(id) ?? null }, environmentKey, clock),
    revocations: {
      include: async (...ids: readonly string[]) => ids.some((id) => revoked.has(id)),
      add: async (id: string) => void revoked.add(id),
    },
    codes,
  };
  return {
    keys,
    codes,
    sessions: new Sessions(parts),
    another: () => new Sessions(parts),
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    key(limits = { scopes: ['documents:read'], recordPrefix: 'acme/' }) {
      const { key, record } = makeKey('ci', at, limits);
      keys.set(record.id, record);
      return { key, id: record.id };
    },
  };
}

const refused =
  (code: ErrorCode = 'unauthenticated') =>
  (error: unknown) =>
    hasCode(error, code);

test('a session has the rights of its key, says so as a session, and lives for twelve hours', async () => {
  const { sessions, key, pass } = house();
  const { key: given, id } = key();
  const { token, session } = await sessions.begin({ key: given });
  assert.match(token, /^ss_[\w-]{60,}$/);
  const opened = await sessions.open(token);
  assert.deepEqual(opened, session);
  assert.deepEqual(opened.identity.actor, { kind: 'session', id });
  assert.equal(opened.identity.key, id);
  assert.deepEqual([...opened.identity.rights.actions], ['list', 'read', 'link']);
  assert.equal(opened.identity.rights.recordPrefix, 'acme/');
  assert.equal(opened.expiresAt.toISOString(), '2026-01-02T15:04:05.000Z');
  pass(12 * 3_600_000 - 1);
  await sessions.open(token);
  pass(1);
  await assert.rejects(sessions.open(token), refused());
});

test('it dies with its key within five seconds, and with another STRONGROOM_API_KEY', async () => {
  const { sessions, keys, key, pass } = house();
  const { key: given, id } = key();
  const { token } = await sessions.begin({ key: given });
  keys.set(id, { ...(keys.get(id) as ApiKeyRecord), revokedAt: at });
  pass(5_000);
  await assert.rejects(sessions.open(token), refused());

  const ofEnvironment = await sessions.begin({ key: environmentKey });
  assert.deepEqual(ofEnvironment.session.identity.actor, { kind: 'session', id: 'environment' });
  const tokens = () => new Tokens([secret], () => at.getTime());
  const rotated = new Sessions({
    tokens,
    keys: new Authenticator({ findKey: async () => null }, `${environmentKey} rotated`),
    revocations: { include: async () => false, add: async () => {} },
    codes: new MemoryCodes(),
  });
  await assert.rejects(rotated.open(ofEnvironment.token), refused());
});

test('one that was ended opens nowhere any more, and no other is', async () => {
  const { sessions, another, key } = house();
  const { key: given } = key();
  const [one, other] = [await sessions.begin({ key: given }), await sessions.begin({ key: given })];
  await sessions.end(one.session);
  await sessions.end(one.session);
  await assert.rejects(another().open(one.token), refused());
  await another().open(other.token);
});

test('what proves a page of one session proves none of another', async () => {
  const { sessions, key } = house();
  const { key: given } = key();
  const [one, other] = [await sessions.begin({ key: given }), await sessions.begin({ key: given })];
  assert.ok(sessions.proves(one.session, one.session.csrfToken));
  assert.ok(!sessions.proves(one.session, other.session.csrfToken));
  for (const none of ['', 'undefined', one.token, `${one.session.csrfToken}A`])
    assert.ok(!sessions.proves(one.session, none), none);
});

test('no key, no change to a token and no grant is a session', async () => {
  const { sessions, key } = house();
  const { token } = await sessions.begin({ key: key().key });
  for (const wrong of [
    '',
    'ss_',
    token.slice(3),
    `${token}A`,
    token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  ])
    await assert.rejects(sessions.open(wrong), refused(), wrong);
  for (const wrong of ['', 'nonsense', 'sg_AbCd', makeKey('unknown', at).key])
    await assert.rejects(sessions.begin({ key: wrong }), refused(), wrong);
});

test('a code signs in once, whoever is quicker, and a guess writes nothing', async () => {
  const { sessions, another, codes, key } = house();
  const { id } = key();
  const { code, record } = makeCode(id, new Date(), firstCodeLife);
  codes.rows.set(record.hash, { ...record, usedAt: null });
  const tries = await Promise.allSettled([
    sessions.begin({ code }),
    another().begin({ code: code.toLowerCase() }),
  ]);
  assert.deepEqual(tries.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const [won] = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value.session] : []));
  assert.equal(won?.identity.key, id);
  await assert.rejects(sessions.begin({ code }), refused());
  codes.found = 0;
  for (const guess of ['', 'nonsense', '0'.repeat(14)])
    await assert.rejects(sessions.begin({ code: guess }), refused());
  assert.equal(codes.found, 0, 'what no code can be is not looked for');
});

test('a code has its time, and is worth nothing where its key is', async () => {
  const { sessions, codes, key } = house();
  const late = makeCode(key().id, new Date(Date.now() - 2 * firstCodeLife), firstCodeLife);
  const orphan = makeCode('0123456789ab', new Date(), firstCodeLife);
  const environment = makeCode(nameOfEnvironmentKey(environmentKey), new Date(), firstCodeLife);
  for (const { record } of [late, orphan, environment])
    codes.rows.set(record.hash, { ...record, usedAt: null });
  await assert.rejects(sessions.begin({ code: late.code }), refused());
  await assert.rejects(sessions.begin({ code: orphan.code }), refused());
  assert.equal(codes.rows.get(orphan.record.hash)?.usedAt, null);
  const { session } = await sessions.begin({ code: environment.code });
  assert.equal(session.identity.actor.id, 'environment');
});

test('guesses at codes stand in nobody’s way: who comes after them has a turn', async (t) => {
  const { sessions, codes, key } = house();
  const { id } = key();
  const { code, record } = makeCode(id, new Date(), firstCodeLife);
  codes.rows.set(record.hash, { ...record, usedAt: null });
  const held: (() => void)[] = [];
  const find = codes.findCode.bind(codes);
  codes.findCode = (hash) => new Promise((resolve) => held.push(() => resolve(find(hash))));
  const guess = () => sessions.begin({ code: '7KQ2M-X4R9D-0HTBW' }).catch((error: unknown) => error);
  const before = Array.from({ length: 200 }, guess);
  const signIn = sessions.begin({ code });
  const later = Array.from({ length: 100 }, guess);
  await new Promise(setImmediate);
  assert.equal(held.length, 4);
  const release = setInterval(() => held.splice(0).forEach((go) => void go()), 1);
  t.after(() => clearInterval(release));
  assert.equal((await signIn).session.identity.actor.id, id);
  const answers = await Promise.all([...before, ...later]);
  assert.equal(answers.filter(refused('busy')).length, 301 - 4 - 256);
});
