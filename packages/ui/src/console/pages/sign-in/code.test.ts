import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeIn, proofOf } from './code.ts';

test('a sign-in link carries its code in the fragment, and nowhere else', () => {
  assert.equal(codeIn({ pathname: '/sign-in', hash: '#code=7KQ2M-X4R9D-0HTBW' }), '7KQ2M-X4R9D-0HTBW');
  assert.equal(codeIn({ pathname: '/sign-in', hash: '' }), null);
  assert.equal(codeIn({ pathname: '/records/r', hash: '#code=7KQ2M-X4R9D-0HTBW' }), null);
});

test('a code is known however it was typed or pasted; anything else is a key', () => {
  for (const code of ['7KQ2M-X4R9D-0HTBW', '7kq2m x4r9d 0htbw', '7kq2mx4r9d0htbw'])
    assert.deepEqual(proofOf(` ${code}\n`), { code });
  const link = 'http://127.0.0.1:8080/sign-in#code=7KQ2M-X4R9D-0HTBW';
  assert.deepEqual(proofOf(link), { code: '7KQ2M-X4R9D-0HTBW' });
  for (const key of ['sk_2903c5dbcc2b_7KQ2M-X4R9D-0HTBW', 'a key that outlives the process'])
    assert.deepEqual(proofOf(`${key} `), { key });
});
