import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeHash, firstCodeLife, makeCode } from './sign-in-codes.ts';

const at = new Date('2026-01-02T03:04:05Z');

test('a code is fifteen symbols that nobody takes for others, and its record does not hold it', () => {
  const made = Array.from({ length: 200 }, () => makeCode('a-key', at, firstCodeLife));
  for (const { code, record } of made) {
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){2}$/);
    assert.deepEqual([record.hash, record.key], [codeHash(code), 'a-key']);
    assert.equal(record.expiresAt.toISOString(), '2026-01-09T03:04:05.000Z');
    assert.ok(!JSON.stringify(record).includes(code));
  }
  assert.equal(new Set(made.map(({ code }) => code)).size, made.length);
  const seen = new Set(made.flatMap(({ code }) => [...code.replaceAll('-', '')]));
  assert.equal(seen.size, 32, 'every symbol is used');
});

test('a code is read as people write it', () => {
  const hash = codeHash('7KQ2M-X4R9D-0HTB1');
  assert.ok(hash);
  for (const written of ['7kq2m x4r9d 0htb1', ' 7KQ2MX4R9D0HTB1\n', '7KQ2M-X4R9D-OHTBI', '7kq2m-x4r9d-ohtbl'])
    assert.equal(codeHash(written), hash, written);
  for (const none of [
    '',
    '7KQ2M-X4R9D',
    '7KQ2M-X4R9D-0HTB1-0',
    '7KQ2M-X4R9D-0HTBU',
    'sr_0123456789ab',
    '☃'.repeat(15),
  ])
    assert.equal(codeHash(none), null, none);
});
