import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../errors.ts';
import { expiryOf } from './grant-tokens.ts';
import { Tokens } from './tokens.ts';

const secret = 'a secret of at least thirty-two characters';
const other = 'another secret of at least thirty-two chars';
const now = Date.parse('2026-01-02T03:04:05.678Z');
const documentId = '019be1c2-7a5e-7cc3-98c4-dc0c0c07398f';
const link = { documentId, disposition: 'inline', expiresIn: 300, actor: { id: '0123456789ab' } } as const;

const grant = {
  key: '0123456789ab',
  recordId: 'inquiry/ü-1',
  actions: ['upload', 'read'],
  types: ['id'],
  maxSize: 1_000,
  maxFiles: 3,
  expiresIn: 3_600,
};

const forged = (error: unknown) => hasCode(error, 'unauthenticated');
const invalid = (error: unknown) => hasCode(error, 'link_invalid');
const invalidCursor = (error: unknown) =>
  hasCode(error, 'invalid_input') && error.parameters.field === 'cursor';

test('a link says what it opens, who made it and when it ends', () => {
  const tokens = new Tokens([secret], () => now);
  const { token, expiresAt } = tokens.mintLink(link);
  assert.equal(expiresAt.toISOString(), '2026-01-02T03:09:05.000Z');
  assert.deepEqual(tokens.verifyLink(token), {
    documentId,
    disposition: 'inline',
    actor: { kind: 'link', id: '0123456789ab' },
    grant: null,
  });
  assert.match(token, /^[A-Za-z0-9_-]{60,70}$/);
});

test('a link is dead from the second at which it expires', () => {
  const { token, expiresAt } = new Tokens([secret], () => now).mintLink(link);
  const at = (time: number) => new Tokens([secret], () => time).verifyLink(token);
  assert.equal(at(expiresAt.getTime() - 1).documentId, documentId);
  assert.throws(() => at(expiresAt.getTime()), invalid);
});

test('the first secret signs and every one verifies', () => {
  const before = new Tokens([secret], () => now);
  const rotated = new Tokens([other, secret], () => now);
  const after = new Tokens([other], () => now);
  assert.equal(rotated.verifyLink(before.mintLink(link).token).documentId, documentId);
  assert.equal(after.verifyLink(rotated.mintLink(link).token).documentId, documentId);
  assert.throws(() => after.verifyLink(before.mintLink(link).token), invalid);
  assert.throws(() => after.unsealCursor(before.sealCursor({ id: 'a' })), invalidCursor);
});

test('a grant says what it is good for, and is dead from the second at which it expires', () => {
  const tokens = new Tokens([secret], () => now);
  const { id, token, expiresAt } = tokens.mintGrant(grant);
  assert.equal(expiresAt.toISOString(), '2026-01-02T04:04:05.000Z');
  assert.equal(expiryOf(id), expiresAt.getTime());
  const { expiresIn: _, ...told } = grant;
  assert.deepEqual(tokens.verifyGrant(token), { ...told, id, expiresAt });
  assert.notEqual(tokens.mintGrant(grant).id, id);
  const at = (time: number) => new Tokens([secret], () => time).verifyGrant(token);
  assert.equal(at(expiresAt.getTime() - 1).id, id);
  assert.throws(
    () => at(expiresAt.getTime()),
    (error) => hasCode(error, 'grant_expired'),
  );
});

test('a link that a grant made names both', () => {
  const tokens = new Tokens([secret], () => now);
  const { id } = tokens.mintGrant(grant);
  const by = { id, key: 'environment-0123456789abcdef' };
  for (const disposition of ['inline', 'attachment'] as const) {
    const claims = tokens.verifyLink(
      tokens.mintLink({ ...link, disposition, actor: { id }, grant: by }).token,
    );
    assert.deepEqual(claims, { documentId, disposition, actor: { kind: 'link', id }, grant: by });
  }
});

test('no id of a grant is read in other text', () => {
  for (const text of ['', 'sg_x', 'f'.repeat(31), 'F'.repeat(32), `${'f'.repeat(32)}\n`, documentId])
    assert.equal(expiryOf(text), null);
});

test('a token of one purpose is none of the other', () => {
  const tokens = new Tokens([secret], () => now);
  const sealed = tokens.mintGrant(grant).token;
  assert.throws(() => tokens.verifyLink(sealed.slice(3)), invalid);
  assert.throws(() => tokens.unsealCursor(sealed.slice(3)), invalidCursor);
  assert.throws(() => tokens.verifyGrant(sealed.slice(3)), forged);
  for (const other of [tokens.mintLink(link).token, tokens.sealCursor({ id: documentId })])
    assert.throws(() => tokens.verifyGrant(`sg_${other}`), forged);
  assert.throws(() => tokens.unsealCursor(tokens.mintLink(link).token), invalidCursor);
  assert.throws(
    () => tokens.verifyLink(tokens.sealCursor({ text: 'long enough to be a link by its length' })),
    invalid,
  );
});

const links = fc.record({
  documentId: fc.uuid(),
  disposition: fc.constantFrom('inline' as const, 'attachment' as const),
  expiresIn: fc.integer({ min: 1, max: 604_800 }),
  actor: fc.record({ id: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
});

test('every link comes back as it was made', () => {
  const tokens = new Tokens([secret], () => now);
  fc.assert(
    fc.property(links, (made) => {
      const { documentId, disposition, actor } = tokens.verifyLink(tokens.mintLink(made).token);
      assert.deepEqual(
        { documentId, disposition, id: actor.id },
        { documentId: made.documentId, disposition: made.disposition, id: made.actor.id },
      );
    }),
  );
});

const grants = fc.record({
  key: fc.stringMatching(/^([0-9a-f]{12}|environment-[0-9a-f]{16})$/),
  recordId: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
  actions: fc.uniqueArray(fc.constantFrom('upload', 'list', 'read', 'delete'), { minLength: 1 }),
  types: fc.option(fc.uniqueArray(fc.string(), { maxLength: 4 })),
  maxSize: fc.option(fc.maxSafeNat()),
  maxFiles: fc.option(fc.nat()),
  expiresIn: fc.integer({ min: 1, max: 604_800 }),
});

test('every grant comes back as it was made', () => {
  const tokens = new Tokens([secret], () => now);
  fc.assert(
    fc.property(grants, (made) => {
      const { id, token, expiresAt } = tokens.mintGrant(made);
      const { expiresIn, ...told } = made;
      assert.deepEqual(tokens.verifyGrant(token), { ...told, id, expiresAt });
      assert.equal(expiresAt.getTime(), (Math.floor(now / 1000) + expiresIn) * 1000);
    }),
  );
});

test('every cursor comes back as it was made', () => {
  const tokens = new Tokens([secret]);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const json = JSON.parse(JSON.stringify(value));
      assert.deepEqual(tokens.unsealCursor(tokens.sealCursor(json)), json);
    }),
  );
});

/** Another text of the same alphabet, or with a character that base64 decoders pass over. */
const change = fc.record({
  place: fc.nat(),
  by: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n', '', 'AA'),
});

test('a changed token never verifies', () => {
  const tokens = new Tokens([secret], () => now);
  const cursor = tokens.sealCursor({ value: 1, id: documentId });
  fc.assert(
    fc.property(links, grants, change, (made, granted, { place, by }) => {
      for (const [token, verify, fault] of [
        [tokens.mintGrant(granted).token, (text: string) => tokens.verifyGrant(text), forged],
        [tokens.mintLink(made).token, (text: string) => tokens.verifyLink(text), invalid],
        [cursor, (text: string) => tokens.unsealCursor(text), invalidCursor],
      ] as const) {
        const at = place % token.length;
        const changed = token.slice(0, at) + by + token.slice(at + 1);
        if (changed !== token) assert.throws(() => verify(changed), fault);
        assert.throws(() => verify(token + by + token.slice(-1)), fault);
        assert.throws(() => verify(token.slice(0, at)), fault);
      }
    }),
    { numRuns: 500 },
  );
});

test('text that never was a token is refused', () => {
  const tokens = new Tokens([secret]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.throws(() => tokens.verifyLink(text), invalid);
      for (const grant of [text, `sg_${text}`]) assert.throws(() => tokens.verifyGrant(grant), forged);
      assert.throws(() => tokens.unsealCursor(text), invalidCursor);
    }),
  );
});
