import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../errors.ts';
import { Tokens } from './tokens.ts';

const secret = 'a secret of at least thirty-two characters';
const other = 'another secret of at least thirty-two chars';
const now = Date.parse('2026-01-02T03:04:05.678Z');
const documentId = '019be1c2-7a5e-7cc3-98c4-dc0c0c07398f';
const link = { documentId, disposition: 'inline', expiresIn: 300, actor: { id: '0123456789ab' } } as const;

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

test('a token of one purpose is none of the other', () => {
  const tokens = new Tokens([secret], () => now);
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
    fc.property(links, change, (made, { place, by }) => {
      for (const [token, verify, fault] of [
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
      assert.throws(() => tokens.unsealCursor(text), invalidCursor);
    }),
  );
});
