import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeDescription, encodeDescription, type SelfDescription } from './self-description.ts';

const text = (points: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength: points });
const cut = (value: string, points: number) => Array.from(value).slice(0, points).join('');

const descriptions: fc.Arbitrary<SelfDescription> = fc
  .record({
    version: fc.constant(1 as const),
    deployment: fc.uuid(),
    id: fc.uuid(),
    recordId: text(200).map((value) => cut(value, 200)),
    type: text(64).map((value) => cut(value, 64)),
    filename: text(255),
    createdAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
    sha256: fc.option(fc.constant('a'.repeat(64)), { nil: undefined }),
  })
  .map(({ sha256, createdAt, ...rest }) => ({
    ...rest,
    createdAt: createdAt.toISOString(),
    ...(sha256 === undefined ? {} : { sha256 }),
  }));

const example: SelfDescription = {
  version: 1,
  deployment: randomUUID(),
  id: randomUUID(),
  recordId: 'case 1',
  type: 'contract',
  filename: 'contract.pdf',
  createdAt: '2026-01-02T03:04:05.678Z',
};

describe('self-description', () => {
  it('is one header-safe value under 1,900 bytes that reads back whole but for the end of a long filename', () => {
    fc.assert(
      fc.property(descriptions, (description) => {
        const value = encodeDescription(description);
        assert.match(value, /^[A-Za-z0-9_-]+$/);
        assert.ok(value.length < 1900);
        const { filename, ...rest } = description;
        const { filename: read, ...restRead } = decodeDescription(value) ?? assert.fail('not read');
        assert.deepEqual(restRead, rest);
        assert.ok(read === filename || value.length > 1880);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every filename of up to 255 bytes with an ordinary record id', () => {
    const description = { ...example, filename: `${'é'.repeat(125)}.pdf` };
    assert.deepEqual(decodeDescription(encodeDescription(description)), description);
  });

  it('shortens a filename by whole code points, as little as it can, and keeps the extension', () => {
    const worst = { ...example, recordId: '🏠'.repeat(200), type: '漢'.repeat(64), sha256: 'a'.repeat(64) };
    const filename = `${'📄'.repeat(62)}.pdf`;
    const read = decodeDescription(encodeDescription({ ...worst, filename }))?.filename ?? '';
    assert.match(read, /^(📄)+\.pdf$/u);
    const longer = JSON.stringify({ ...worst, filename: `📄${read}` });
    assert.ok(Buffer.from(longer).toString('base64url').length >= 1900);
    const endless = decodeDescription(
      encodeDescription({ ...worst, filename: `a.${'b'.repeat(250)}` }),
    )?.filename;
    assert.match(endless ?? '', /^a\.b+$/);
  });

  it('reads nothing into what is not ours', () => {
    const encoded = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
    for (const value of ['', 'hello', '{"version":1}', `${encodeDescription(example)}=`, 'bnVsbA'])
      assert.equal(decodeDescription(value), null, value);
    for (const json of [
      null,
      1,
      [],
      {},
      { ...example, version: 2 },
      { ...example, id: 7 },
      { ...example, sha256: 1 },
    ])
      assert.equal(decodeDescription(encoded(json)), null, JSON.stringify(json));
    assert.deepEqual(decodeDescription(encoded({ ...example, more: true })), example);
  });
});
