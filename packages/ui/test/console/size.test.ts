/** What a browser loads of the console before it shows a page, and that all of it is the service's own. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { diskAndSqlite } from '../../../server/test/acceptance/backends.ts';
import { needs } from '../../../server/test/harness.ts';
import { endBrowser, openPage } from '../browser.ts';
import { openHouse, signIn, store } from './house.ts';

after(endBrowser);

const limit = 150 * 1024;

test('the first load stays small, and nothing comes from elsewhere', {
  skip: needs('chromium'),
}, async (t) => {
  const house = await openHouse(t, diskAndSqlite);
  await store(house, 'r', 'a.png');
  const { page } = await openPage(t);
  const loaded = new Map<string, number>();
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${house.url}/`))
      elsewhere.push(request.url());
  });
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/v1/')) return;
    const body = await response.body().catch(() => Buffer.alloc(0));
    loaded.set(pathname, gzipSync(body, { level: 9 }).length);
  });
  const size = () => [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0);

  await page.goto(`${house.url}/`);
  await page.getByRole('heading', { name: 'Sign in to Strongroom' }).waitFor();
  await page.waitForLoadState('networkidle');
  const toSignIn = size();
  await signIn(page, house.key);
  await page.locator('strongroom-documents').getByText('a.png').first().waitFor();
  await page.waitForLoadState('networkidle');
  const toDocuments = size();
  t.diagnostic(`gzipped: ${toSignIn} bytes to the sign-in, ${toDocuments} to the list of documents`);
  assert.ok(toDocuments <= limit, `${toDocuments} bytes of ${[...loaded.keys()].join(', ')}`);
  assert.ok(![...loaded.keys()].some((path) => /pdf|frame/.test(path)), [...loaded.keys()].join(', '));
  assert.deepEqual(elsewhere, []);
});
