/** Every page of the console held to axe-core in both themes, and used by keyboard alone. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { diskAndSqlite } from '../../../server/test/acceptance/backends.ts';
import { needs } from '../../../server/test/harness.ts';
import { assertAccessible } from '../axe.ts';
import { endBrowser, openPage } from '../browser.ts';
import { activeName } from '../element-page.ts';
import { openHouse, row, store, visit } from './house.ts';

after(endBrowser);

/** Resolves when the page has nothing under way: no answer is awaited, no element says that it is busy. */
async function settled(page: Page): Promise<void> {
  const busy = page.locator('[aria-busy=true], .skeleton');
  do {
    await page.waitForFunction(() => {
      const now = performance.now();
      const last = performance.getEntriesByType('resource').at(-1);
      return now - ((last as PerformanceResourceTiming | undefined)?.responseEnd ?? 0) > 150;
    });
  } while ((await busy.count()) > 0);
}

describe('the console is for everybody', { skip: needs('chromium') }, async () => {
  const house = await openHouse({ after }, diskAndSqlite, {
    ENVIRONMENT_NAME: 'staging',
    SUPPORT_CONTACT: 'ops@acme.example',
  });
  const [document] = await store(house, 'inquiry-1', 'passport.png', 'bill.png');
  const open = (name: string) => async (page: Page) => page.getByRole('button', { name }).first().click();
  const pages: readonly (readonly [string, string, ((page: Page) => Promise<unknown>)?])[] = [
    ['documents', '/'],
    ['documents, selected', '/', (page) => row(page, 'bill.png').getByRole('checkbox').check()],
    ['nothing found', '/?type=contract&state=archived'],
    ['a record', '/records/inquiry-1'],
    ['its trash', '/records/inquiry-1?state=deleted'],
    ['a document', `/documents/${document?.id}`],
    ['a document that is not there', '/documents/019a0000-0000-7000-8000-000000000000'],
    ['upload', '/upload', (page) => page.getByText('Metadata (optional)').click()],
    [
      'storage',
      '/storage',
      async (page) => {
        await open('Run the checks')(page);
        await page.getByText(/^What passed/).click();
      },
    ],
    ['keys', '/keys'],
    ['a new key', '/keys', open('New key')],
    ['the way to a record', '/', open('Record…')],
    ['nothing there', '/records/a/b'],
  ];

  test('axe-core finds nothing on any page, in either theme', async (t) => {
    const { page, said } = await visit(t, house, '/');
    const bothThemes = async (where: Page, what: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await where.emulateMedia({ colorScheme });
        await assertAccessible(where, `${what}, ${colorScheme}`);
      }
    };
    for (const [name, path, act] of pages) {
      await page.goto(`${house.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
      await act?.(page);
      await bothThemes(page, name);
    }
    const stranger = await openPage(t);
    await stranger.page.goto(`${house.url}/sign-in`);
    await stranger.page.getByText('Where do I find one?').click();
    await bothThemes(stranger.page, 'sign in');
    // The document that is not there: the browser says itself that it was refused.
    assert.ok(said.splice(0).every((line) => line.includes('status of 404')));
  });

  test('a page fits a narrow phone, with everything in reach of a thumb', async (t) => {
    const { page } = await visit(t, house, '/', {
      viewport: { width: 320, height: 640 },
      hasTouch: true,
      isMobile: true,
    });
    for (const path of [
      '/',
      '/records/inquiry-1',
      `/documents/${document?.id}`,
      '/upload',
      '/storage',
      '/keys',
    ]) {
      await page.goto(`${house.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
      assert.equal(await page.evaluate(() => window.document.documentElement.scrollWidth), 320, path);
    }
    const sections = page.getByRole('navigation', { name: 'Sections' }).getByRole('link');
    for (const section of await sections.all()) {
      const { y = 0, height = 0 } = (await section.boundingBox()) ?? {};
      assert.ok(y > 500 && height >= 44, `${await section.textContent()} at ${y}, ${height} high`);
    }
  });

  test('all of it goes by keyboard: skip, go, search, select, delete, restore', async (t) => {
    const { page } = await visit(t, house, '/keys');
    const press = (...keys: string[]) =>
      keys.reduce((after, key) => after.then(() => page.keyboard.press(key)), Promise.resolve());
    const name = () => page.evaluate(activeName);
    /** Tab until `name` has the focus; fails where it can't be reached. */
    const tabTo = async (wanted: string | RegExp) => {
      for (let tabs = 0; tabs < 60; tabs++) {
        await press('Tab');
        const label = await name();
        if (typeof wanted === 'string' ? label === wanted : wanted.test(label)) return;
      }
      assert.fail(`the Tab key does not come to ${wanted}`);
    };

    await press('Tab');
    assert.equal(await name(), 'Skip to the content');
    await press('Enter');
    assert.equal(await page.evaluate(() => window.document.activeElement?.id), 'main');
    await tabTo('New key');
    await press('Enter');
    await page.getByRole('dialog', { name: 'New key' }).waitFor();
    await press('Escape');
    assert.equal(await name(), 'New key', 'the focus comes back');

    await page.reload();
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await tabTo('Documents');
    await press('Enter');
    await page.getByRole('heading', { name: 'Documents' }).waitFor();
    assert.equal(await name(), 'Documents', 'the heading of the new page is read out');
    await row(page, 'bill.png').waitFor();
    await tabTo(/^Select bill\.png/);
    await press('Space');
    await tabTo('Delete');
    await press('Enter');
    await page.getByRole('dialog', { name: 'Delete 1 document?' }).waitFor();
    assert.equal(await name(), 'Cancel', 'a slip deletes nothing');
    await press('Tab', 'Enter');
    await page.getByText('1 document deleted.').waitFor();

    await page.goto(`${house.url}/?state=deleted`);
    await row(page, 'bill.png').waitFor();
    await tabTo(/^Restore/);
    await press('Enter');
    await row(page, 'bill.png').waitFor({ state: 'detached' });
    assert.equal((await house.client.list({ recordId: 'inquiry-1' }).page()).items.length, 2);
  });
});
