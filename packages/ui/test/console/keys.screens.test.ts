/** API keys in the console, in Chromium against the real service. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Strongroom } from '@strongroom/client';
import { diskAndSqlite } from '../../../server/test/acceptance/backends.ts';
import { needs } from '../../../server/test/harness.ts';
import { keepSecret } from '../../../server/test/secrecy/watch.ts';
import { endBrowser } from '../browser.ts';
import { until } from '../element-page.ts';
import { openHouse, store, visit } from './house.ts';

after(endBrowser);

describe('keys in the console', { skip: needs('chromium') }, () => {
  test('one is made for what it is to do, shown once, works so, and is revoked after a yes', async (t) => {
    const house = await openHouse(t, diskAndSqlite);
    const [document] = await store(house, 'inquiry-1', 'a.png');
    const { page } = await visit(t, house, '/keys');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New key' });
    await dialog.getByLabel('Name').fill('Intake <b>app</b>');
    await dialog.getByRole('button', { name: 'Make key' }).click();
    await dialog.getByText('Choose what the key may do').waitFor();
    await dialog.getByLabel('List, open and link documents').check();
    await dialog.getByLabel('Only records that begin with').fill('inquiry-');
    await dialog.getByRole('button', { name: 'Make key' }).click();
    const made = page.getByRole('dialog', { name: 'The key “Intake <b>app</b>”' });
    await made.getByRole('button', { name: 'Copy' }).click();
    await made.getByText('Copied').waitFor();
    const key = await page.evaluate(() => navigator.clipboard.readText());
    keepSecret('secret', key);
    assert.equal(await made.locator('.secret').textContent(), key);
    await page.keyboard.press('Escape');
    assert.equal(await made.isVisible(), true, 'it is not lost by a key press');
    await made.getByRole('button', { name: 'I have it' }).click();
    // It is gone from the page.
    await until(async () => !(await page.content()).includes(key));

    const app = new Strongroom({ url: house.url, token: key });
    assert.equal((await app.get(document?.id ?? '')).filename, 'a.png');
    await assert.rejects(app.remove(document?.id ?? ''), { code: 'not_allowed' });

    const item = page.getByRole('listitem').filter({ hasText: 'Intake <b>app</b>' });
    await item.getByText('Records “inquiry-…” only').waitFor();
    await item.getByRole('button', { name: /^Revoke/ }).click();
    const question = page.getByRole('dialog', { name: /^Revoke “Intake/ });
    await question.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await app.get(document?.id ?? '')).filename, 'a.png');
    await item.getByRole('button', { name: /^Revoke/ }).click();
    await question.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Show 1 revoked key' }).click();
    await item.getByText(/^Revoked/).waitFor();
    // In force on every server within five seconds.
    await until(() =>
      app.get(document?.id ?? '').then(
        () => false,
        ({ code }) => code === 'unauthenticated',
      ),
    );
  });
});
