/** The first minute with the console, in Chromium against the real service. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { jpeg } from '../../../server/test/fixtures/make.ts';
import { needs, startServer, testFolder } from '../../../server/test/harness.ts';
import { endBrowser, openPage } from '../browser.ts';
import { drop, expectRefusals } from '../element-page.ts';

after(endBrowser);

test('a newcomer stores a document: by the link of the first start, and a file that is dropped', {
  skip: needs('chromium'),
}, async (t) => {
  const folder = await testFolder(t);
  const server = await startServer(t, { DATA_DIR: folder, STRONGROOM_API_KEY: '' });
  const code = (await readFile(join(folder, 'first-code'), 'utf8')).trim();
  const { page, said } = await openPage(t);
  await page.goto(`${server.url}/sign-in#code=${code}`);
  await page.getByRole('heading', { name: 'Store your first document' }).waitFor();
  assert.equal(page.url(), `${server.url}/`, 'the code is gone from the address');

  await page.getByRole('button', { name: 'Choose a file' }).and(page.locator(':enabled')).waitFor();
  await drop(page, 'strongroom-uploader', [{ name: 'passport.jpg', mimeType: 'image/jpeg', buffer: jpeg() }]);
  await page.getByRole('main').getByLabel('Record').fill('inquiry-1');
  await page.getByLabel('Document type of passport.jpg').selectOption({ label: 'Identity document' });
  await page.getByRole('button', { name: 'Store document' }).click();
  await page.getByRole('heading', { name: 'The document is stored' }).waitFor();
  await page.getByText(/objects\/inquiry-1\/id\/.*\.jpg/).waitFor();
  await page.getByRole('button', { name: 'See all documents' }).click();
  await page.locator('strongroom-documents').getByText('passport.jpg').first().waitFor();

  // The code has done its work: another browser gets in by it no more.
  const stranger = await openPage(t);
  await stranger.page.goto(`${server.url}/sign-in#code=${code}`);
  await stranger.page.getByText('No key or code is like this').waitFor();
  assert.equal(stranger.page.url(), `${server.url}/sign-in`);
  expectRefusals(stranger.said, 401);
  assert.deepEqual(said, []);
});
