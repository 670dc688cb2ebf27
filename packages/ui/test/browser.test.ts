import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { needs } from '../../server/test/harness.ts';
import { endBrowser, openPage } from './browser.ts';

after(endBrowser);

test('a page opens in Chromium', { skip: needs('chromium') }, async (t) => {
  const { page } = await openPage(t);
  await page.setContent('<h1>Hello</h1>');
  assert.equal(await page.getByRole('heading').textContent(), 'Hello');
});
