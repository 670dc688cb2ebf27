/** Finding documents and doing things to many, in Chromium against the real service on both pairs of backends. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { backends } from '../../../server/test/acceptance/backends.ts';
import { pdf, png } from '../../../server/test/fixtures/make.ts';
import { needs } from '../../../server/test/harness.ts';
import { endBrowser, slowUploads } from '../browser.ts';
import { expectRefusals, until } from '../element-page.ts';
import { openHouse, row, store, visit } from './house.ts';

after(endBrowser);

for (const backend of backends) {
  describe(`documents in the console on ${backend.name}`, {
    skip: needs('chromium') || backend.missing(),
  }, async () => {
    const house = await openHouse({ after }, backend);

    test('filters stay on reload, go back, and narrow the list', async (t) => {
      await store(house, 'case-1', 'Rechnung Mai.png', 'pass.png');
      await store(house, 'case-2', 'rechnung juni.png');
      const { page } = await visit(t, house, '/');
      const names = async (...expected: string[]) =>
        until(
          async () =>
            (await page.locator('strongroom-documents .rows .row .open').allTextContents()).length ===
            expected.length,
        ).then(() => Promise.all(expected.map((name) => row(page, name).first().waitFor())));

      await page.getByRole('searchbox').fill('rechnung');
      // Drawn anew before it counts, as when the types arrive: what is typed stays.
      await page
        .locator('console-filters')
        .evaluate((bar: Element & { requestUpdate?: () => void }) => bar.requestUpdate?.());
      await page.waitForURL(`${house.url}/?q=rechnung`);
      await names('Rechnung Mai.png', 'rechnung juni.png');
      assert.equal(await page.getByLabel('Order').isDisabled(), true);
      await page.getByLabel('Record', { exact: true }).first().fill('case-2');
      await page.waitForURL(`${house.url}/?q=rechnung&recordId=case-2`);
      await names('rechnung juni.png');
      await page.reload();
      await names('rechnung juni.png');
      assert.equal(await page.getByRole('searchbox').inputValue(), 'rechnung');

      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.waitForURL(`${house.url}/`);
      await names('Rechnung Mai.png', 'pass.png', 'rechnung juni.png');
      await page.getByLabel('Document type').selectOption('contract');
      await page.getByText('No document fits').waitFor();
      assert.equal(page.url(), `${house.url}/?type=contract`);
      await page.goBack();
      await names('Rechnung Mai.png', 'pass.png', 'rechnung juni.png');
      assert.equal(await page.getByLabel('Document type').inputValue(), '');

      await page.getByLabel('Order').selectOption('createdAt');
      await page.waitForURL(`${house.url}/?sort=createdAt`);
      await page.locator('strongroom-documents').getByText('case-2').click();
      await page.getByRole('heading', { name: 'case-2' }).waitFor();
      assert.equal(page.url(), `${house.url}/records/case-2`);
      await page.getByRole('button', { name: 'Record…' }).click();
      await page.getByRole('dialog').waitFor();
      await page.goBack();
      await page.getByRole('heading', { name: 'Documents' }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      assert.equal(page.url(), `${house.url}/?sort=createdAt`);
    });

    test('many are archived at once; what fails is named, and the rest goes on', async (t) => {
      const [, , gone] = await store(house, 'bulk-1', 'one.png', 'two.png', 'three.png');
      const { page, said } = await visit(t, house, '/?recordId=bulk-1');
      for (const name of ['one', 'two', 'three'])
        await row(page, `${name}.png`).getByRole('checkbox').check();
      await house.client.remove(gone?.id ?? '');
      const bulk = page.getByRole('region', { name: 'Selected documents' });
      await bulk.getByText('3 selected').waitFor();
      await bulk.getByRole('button', { name: 'Archive' }).click();
      const outcome = page.locator('console-bulk .notice');
      await outcome.getByText('2 documents archived. For 1 it failed:').waitFor();
      await outcome.getByText(/three\.png: Someone else has changed this document/).waitFor();
      expectRefusals(said, 409);
      await page.getByLabel('State').selectOption('archived');
      await row(page, 'one.png').waitFor();
      assert.deepEqual(
        (await house.client.list({ recordId: 'bulk-1', state: 'archived' }).page()).items.length,
        2,
      );
    });

    test('many are deleted only after a yes, found in the trash, and come back', async (t) => {
      await store(house, 'bulk-2', 'four.png', 'five.png');
      const { page } = await visit(t, house, '/?recordId=bulk-2');
      await row(page, 'four.png').waitFor();
      await page.getByLabel(/^Select all/).check();
      const bulk = page.getByRole('region', { name: 'Selected documents' });
      await bulk.getByRole('button', { name: 'Delete' }).click();
      const question = page.getByRole('dialog', { name: 'Delete 2 documents?' });
      await question.getByRole('button', { name: 'Cancel' }).click();
      assert.equal((await house.client.list({ recordId: 'bulk-2' }).page()).items.length, 2);
      await bulk.getByRole('button', { name: 'Delete' }).click();
      await question.getByRole('button', { name: 'Delete 2 documents' }).click();
      await page.getByText('2 documents deleted.').waitFor();
      await page.locator('strongroom-documents').getByText('four.png').first().waitFor({ state: 'detached' });

      await page.goto(`${house.url}/records/bulk-2`);
      await page.getByRole('link', { name: 'Trash' }).click();
      await page.waitForURL(`${house.url}/records/bulk-2?state=deleted`);
      await row(page, 'four.png').waitFor();
      await page.goto(`${house.url}/?recordId=bulk-2&state=deleted`);
      await row(page, 'five.png').getByRole('checkbox').check();
      await bulk.getByRole('button', { name: 'Restore' }).click();
      await page.getByText('1 document restored.').waitFor();
      assert.deepEqual(
        (await house.client.list({ recordId: 'bulk-2' }).page()).items.map(({ filename }) => filename),
        ['five.png'],
      );
    });

    test('one is opened, archived, deleted after a yes, and restored on its own page', async (t) => {
      const [stored] = await store(house, 'single-1', 'letter.png');
      const { page } = await visit(t, house, '/?recordId=single-1');
      await page.getByRole('link', { name: 'letter.png' }).click();
      await page.getByRole('heading', { name: 'letter.png' }).waitFor();
      assert.equal(page.url(), `${house.url}/documents/${stored?.id}`);
      assert.equal(await page.title(), 'letter.png – Strongroom');
      await page
        .getByText(stored?.storage.path ?? '')
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Archive', exact: true }).click();
      await page.getByRole('button', { name: 'Unarchive' }).waitFor();
      await page.getByRole('button', { name: 'Delete' }).click();
      const question = page.getByRole('dialog', { name: 'Delete this document?' });
      await question.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Restore' }).click();
      await page.getByRole('button', { name: 'Unarchive' }).waitFor();
      assert.equal((await house.client.get(stored?.id ?? '')).state, 'archived');
    });

    test('an upload is refused in words before and after it is sent, then stored, and told where', async (t) => {
      const { page, said } = await visit(t, house, '/upload?recordId=inquiry-9&type=id');
      const form = page.getByRole('main');
      const choose = async (name: string, mimeType: string, buffer: Buffer) => {
        // Heard before: a click can overtake the order that choosers are told of.
        const choosing = page.waitForEvent('filechooser');
        await page.locator('.browse:enabled').waitFor();
        await form.getByRole('button', { name: 'Choose a file' }).click();
        await (await choosing).setFiles({ name, mimeType, buffer });
      };
      const takeOff = (name: string) =>
        form.getByRole('button', { name: `Take ${name} off this list` }).click();
      const typeOf = (name: string) => form.getByLabel(`Document type of ${name}`);
      const html = Buffer.from('<!doctype html><script>alert(1)</script>');
      await choose('page.html', 'text/html', html);
      await form.locator('.status', { hasText: 'This file is HTML; accepted are PDF' }).waitFor();
      assert.equal(await form.getByRole('button', { name: 'Store document' }).count(), 0);
      await takeOff('page.html');
      // What Windows calls a CSV where Excel is installed: one type alone takes it.
      await choose('table.csv', 'application/vnd.ms-excel', Buffer.from('a,b'));
      assert.deepEqual(await typeOf('table.csv').locator('option').allTextContents(), ['Other document']);
      await takeOff('table.csv');
      await choose('page.pdf', 'application/pdf', html);
      assert.equal(await typeOf('page.pdf').inputValue(), 'id', 'as the address has it');
      await form.getByRole('button', { name: 'Store document' }).click();
      await form.locator('.status', { hasText: 'This file is HTML; accepted are' }).waitFor();
      expectRefusals(said, 415);
      assert.deepEqual((await house.client.list({ recordId: 'inquiry-9', state: 'all' }).page()).items, []);

      await takeOff('page.pdf');
      await form.getByText('Metadata (optional)').click();
      await form.getByLabel('Name 1').fill('page');
      await form.getByLabel('Value 1').fill('1 of 2');
      await choose('<img src=x onerror=alert(1)>.png', 'image/png', png());
      await form.getByRole('button', { name: 'Store document' }).click();
      await form.getByRole('heading', { name: 'The document is stored' }).waitFor();
      const [stored] = (await house.client.list({ recordId: 'inquiry-9' }).page()).items;
      assert.deepEqual(stored?.metadata, { page: '1 of 2' });
      await form.getByText(stored.storage.path ?? assert.fail('it lies somewhere')).waitFor();
      await form.getByText('page: 1 of 2').waitFor();
      await form.getByText('<img src=x onerror=alert(1)>.png').waitFor();
      assert.equal(
        await form.getByRole('link', { name: 'Open the document' }).getAttribute('href'),
        `/documents/${stored.id}`,
      );
      await form.getByRole('button', { name: 'Upload another' }).click();
      assert.equal(await form.getByLabel('Record').inputValue(), 'inquiry-9');
      await choose('two.png', 'image/png', png());
      assert.equal(await typeOf('two.png').inputValue(), 'id');
    });

    test('an upload of no record says so', async (t) => {
      const { page } = await visit(t, house, '/upload?type=id');
      await page
        .locator('input.files')
        .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png() });
      await page.getByRole('button', { name: 'Store document' }).click();
      await page.getByText('Say first what the documents belong to.').first().waitFor();
    });

    test('an upload that is cancelled leaves nothing', async (t) => {
      const { page } = await visit(t, house, '/upload?recordId=cancelled&type=contract');
      await slowUploads(page, 200_000);
      const buffer = Buffer.concat([pdf(), Buffer.alloc(3_000_000)]);
      await page.locator('.browse:enabled').waitFor();
      await page
        .locator('input.files')
        .setInputFiles({ name: 'big.pdf', mimeType: 'application/pdf', buffer });
      await page.getByRole('button', { name: 'Store document' }).click();
      const bar = page.getByRole('progressbar');
      await until(async () => Number(await bar.evaluate((it: HTMLProgressElement) => it.value)) > 60_000);
      await page.getByRole('button', { name: 'Cancel big.pdf' }).click();
      await page.locator('.status', { hasText: 'Cancelled. Nothing was kept.' }).waitFor();
      await until(
        async () =>
          (await house.client.list({ recordId: 'cancelled', state: 'receiving' }).page()).items.length === 0,
      );
      assert.equal((await house.client.list({ recordId: 'cancelled' }).page()).items.length, 0);
    });
  });
}
