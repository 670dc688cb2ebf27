/** Coming in and going out, in Chromium against the real service. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { diskAndSqlite } from '../../../server/test/acceptance/backends.ts';
import { needs, startServer, testFolder } from '../../../server/test/harness.ts';
import { endBrowser, openPage } from '../browser.ts';
import { expectRefusals } from '../element-page.ts';
import { openHouse, signIn, store, visit } from './house.ts';

after(endBrowser);

describe('the way into the console', { skip: needs('chromium') }, async () => {
  const house = await openHouse({ after }, diskAndSqlite);

  test('the code of a first start can be typed, as people type', async (t) => {
    const folder = await testFolder(t);
    const server = await startServer(t, { DATA_DIR: folder, STRONGROOM_API_KEY: '' });
    const code = (await readFile(join(folder, 'first-code'), 'utf8')).trim();
    const { page } = await openPage(t);
    await page.goto(`${server.url}/keys`);
    await signIn(page, code.toLowerCase().replaceAll('-', ' '));
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.getByText('Your session').waitFor();
  });

  test('a wrong key is told in words; a right one leads to where one wanted to go; out is out', async (t) => {
    const house = await openHouse(t, diskAndSqlite, {
      ENVIRONMENT_NAME: 'staging',
      SUPPORT_CONTACT: 'ops@acme.example',
    });
    const { page, said } = await openPage(t);
    await page.goto(`${house.url}/storage?x=1`);
    await page.getByLabel('API key or one-time code').fill('no-such-key-no-such-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No key or code is like this').waitFor();
    expectRefusals(said, 401);
    await signIn(page, house.key);
    assert.equal(page.url(), `${house.url}/storage?x=1`);
    assert.equal(await page.title(), 'Storage – Strongroom (staging)');
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
    await page.getByRole('main').getByText('ops@acme.example').waitFor();
    const [cookie] = await page.context().cookies();
    assert.deepEqual(
      [cookie?.name, cookie?.httpOnly, cookie?.sameSite],
      ['strongroom_session', true, 'Strict'],
    );

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Strongroom' }).waitFor();
    assert.equal(page.url(), `${house.url}/sign-in`);
    await page.context().addCookies(cookie ? [cookie] : []);
    assert.equal(
      (await page.request.get(`${house.url}/v1/session`)).status(),
      401,
      'ended at the service too',
    );
  });

  test('a session that has ended asks to sign in, and one is back where one was', async (t) => {
    await store(house, 'r', 'bill.png');
    const { page, said } = await visit(t, house, '/?type=id');
    await page.locator('strongroom-documents').getByText('bill.png').first().waitFor();
    await page.context().clearCookies();
    await page.getByLabel('State').selectOption('archived');
    await page.getByText('Your session has ended').waitFor();
    expectRefusals(said, 401);
    await signIn(page, house.key);
    assert.equal(page.url(), `${house.url}/?type=id&state=archived`);
    await page.getByText('No document fits').waitFor();
  });

  test('out in one tab is out in all, and in again is in', async (t) => {
    // Of its own: the others' session is not to end.
    const { page } = await openPage(t);
    await page.goto(`${house.url}/storage`);
    await signIn(page, house.key);
    const other = await page.context().newPage();
    await other.goto(`${house.url}/keys`);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Strongroom' }).waitFor();
    await signIn(other, house.key);
    await page.getByRole('heading', { name: 'Storage', exact: true }).waitFor();
  });

  test('a clock that goes a day before ends no session', async (t) => {
    const { page } = await visit(t, house, '/keys');
    await page.clock.setFixedTime(Date.now() + 24 * 3600 * 1000);
    const asked = page.waitForResponse(`${house.url}/v1/session`);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    assert.equal((await asked).status(), 200);
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
  });

  test('who may do less is offered less', async (t) => {
    await store(house, 'inquiry-1', 'a.png');
    await store(house, 'other-1', 'b.png');
    const { key } = await house.client.createKey({
      name: 'reader',
      scopes: ['documents:read'],
      recordPrefix: 'inquiry-',
    });
    const { page } = await openPage(t);
    await page.goto(house.url);
    await signIn(page, key);
    const sections = page.getByRole('navigation', { name: 'Sections' });
    assert.deepEqual(await sections.getByRole('link').allInnerTexts(), ['Documents']);
    await page.getByText('This key opens records that begin with “inquiry-”').waitFor();
    await page.getByRole('main').getByLabel('Record', { exact: true }).last().fill('inquiry-1');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'inquiry-1' }).waitFor();
    await page.locator('strongroom-documents').getByText('a.png').first().waitFor();
    assert.equal(await page.locator('strongroom-uploader').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Delete' }).count(), 0);

    const scanner = await house.client.createKey({ name: 'scanner', scopes: ['documents:write'] });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, scanner.key);
    await page.getByRole('heading', { name: 'Upload a document' }).waitFor();
    assert.equal(page.url(), `${house.url}/upload`);
    assert.deepEqual(await sections.getByRole('link').allInnerTexts(), ['Upload']);
  });
});
