/** `<strongroom-documents>` and `<strongroom-actions>` in Chromium, against the real service. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Document, Strongroom } from '@strongroom/client';
import type { Page } from 'playwright-core';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { needs, startServer, testFolder } from '../../server/test/harness.ts';
import { endBrowser } from './browser.ts';
import { activeName, elementPage, expectRefusals, heard, pdfFile, until } from './element-page.ts';

const types = [
  { id: 'id', label: 'Identity document', accept: ['application/pdf'] },
  { id: 'selfie', label: 'Selfie', accept: ['application/pdf'], trashFor: '0' },
];
const folder = await testFolder({ after });
await writeFile(join(folder, 'strongroom.config.json'), JSON.stringify({ documentTypes: types }));
const server = await startServer({ after }, { DATA_DIR: folder });
const strongroom = new Strongroom({ url: server.url, token: server.key });
after(endBrowser);

const put = (recordId: string, filename: string, type = 'id', bytes = 0): Promise<Document> =>
  strongroom.upload(pdfFile(filename, bytes).buffer, { recordId, type, filename });
const list = (page: Page) => page.locator('strongroom-documents');
const rows = (page: Page) => list(page).locator('.rows > .row');
const names = async (page: Page) =>
  await rows(page)
    .locator('.file-name')
    .evaluateAll((all) => all.map((each) => each.getAttribute('title')));
const act = (page: Page, action: string, filename: string) =>
  list(page).getByRole('button', { name: `${action}: ${filename}` });

describe('<strongroom-documents>', { skip: needs('chromium') }, () => {
  it('shows a record with what can be done, and downloads the same bytes', async (t) => {
    const large = await put('facts', 'large.pdf', 'id', 3_000_000);
    await put('facts', '<img src=x onerror=alert(1)>.pdf');
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-documents record-id="facts"></strongroom-documents>',
    });
    await rows(page).nth(1).waitFor();
    assert.deepEqual(await names(page), ['<img src=x onerror=alert(1)>.pdf', 'large.pdf']);
    const cells = await rows(page).nth(1).getByRole('cell').allTextContents();
    assert.deepEqual(
      cells.slice(1, 3).map((each) => each.trim()),
      ['Identity document', '2.9 MB'],
    );
    assert.equal(cells[4]?.trim(), 'Stored');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const downloading = page.waitForEvent('download');
    await act(page, 'Download', 'large.pdf').click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'large.pdf');
    const bytes = await readFile(await download.path());
    assert.equal(createHash('sha256').update(bytes).digest('hex'), large.sha256);
    assert.ok(requests.every((url) => !url.includes(server.key)));
    assert.deepEqual(await heard(page), ['loaded']);
  });

  it('asks before it deletes, says what that means, and brings back', async (t) => {
    for (const name of ['a.pdf', 'b.pdf', 'c.pdf']) await put('bin', name);
    await put('bin', 'me.pdf', 'selfie');
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-documents record-id="bin"></strongroom-documents>',
    });
    const dialog = list(page).getByRole('dialog');
    await act(page, 'Delete', 'me.pdf').click();
    await dialog.getByText('“me.pdf” is removed at once, and nobody can bring it back.').waitFor();
    assert.equal(await page.evaluate(activeName), 'Cancel');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate(activeName), 'Delete: me.pdf');
    assert.equal((await names(page)).length, 4);

    await act(page, 'Delete', 'b.pdf').focus();
    await page.keyboard.press('Enter');
    await dialog.getByText(/“b\.pdf” goes to the trash, .* until \w+ \d+, \d+\./).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(async () => (await names(page)).length === 3);
    assert.equal(await page.evaluate(activeName), 'Open a.pdf');
    assert.equal(
      (await strongroom.list({ recordId: 'bin', state: 'deleted' }).page()).items[0]?.filename,
      'b.pdf',
    );
    await list(page)
      .getByRole('status')
      .getByText(/“b\.pdf” is in the trash until/)
      .waitFor({ state: 'attached' });
    await list(page).getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await names(page)).includes('b.pdf'));
    assert.deepEqual(await heard(page), ['loaded', 'removed', 'restored', 'loaded']);
  });

  it('shows the trash, from which documents leave, and the archive', async (t) => {
    const gone = await put('states', 'gone.pdf');
    await put('states', 'kept.pdf');
    await strongroom.remove(gone.id);
    const { page } = await elementPage(t, {
      server,
      body: `<strongroom-documents record-id="states"></strongroom-documents>
        <section><strongroom-documents id="trash" record-id="states" state="deleted"></strongroom-documents></section>`,
    });
    const trash = page.locator('#trash');
    await trash.getByText(/In the trash until/).waitFor();
    const buttons = trash.locator('.rows').getByRole('button');
    assert.deepEqual(await buttons.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label'))), [
      'Restore: gone.pdf',
    ]);
    await buttons.click();
    await trash.getByText('The trash is empty.').waitFor();
    const first = page.locator('strongroom-documents').first();
    await first.getByRole('button', { name: 'Archive: gone.pdf' }).click();
    await first.locator('.badge', { hasText: 'Archived' }).waitFor();
    await first.getByRole('button', { name: 'Unarchive: gone.pdf' }).click();
    await until(async () => (await strongroom.get(gone.id)).state === 'available');
  });

  it('shows by itself what an uploader beside it takes', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: `<strongroom-uploader record-id="beside" type="id"></strongroom-uploader>
        <strongroom-documents record-id="beside"></strongroom-documents>`,
    });
    await list(page).getByText('There are no documents yet.').waitFor();
    await page.locator('strongroom-uploader input.files').setInputFiles(pdfFile('new.pdf') as never);
    await until(async () => (await names(page)).includes('new.pdf'));
    await page.evaluate(() => {
      const element = document.querySelector('strongroom-documents') as HTMLElement;
      const { parentElement } = element;
      element.remove();
      parentElement?.append(element);
    });
    await until(async () => (await names(page)).join() === 'new.pdf');
  });

  it('takes the same room while it is fetched, and so does an uploader', async (t) => {
    for (const name of ['a.pdf', 'b.pdf', 'c.pdf']) await put('room', name);
    const { page } = await elementPage(
      t,
      { server, body: '<section></section>' },
      { viewport: { width: 390, height: 800 } },
    );
    const answers = Promise.withResolvers<void>();
    await page.route('**/v1/**', async (route) => {
      await answers.promise;
      await route.continue();
    });
    await page.evaluate(() => {
      const section = document.querySelector('section') as HTMLElement;
      section.innerHTML = `<strongroom-uploader record-id="room" type="id"></strongroom-uploader>
        <strongroom-documents record-id="room"></strongroom-documents>`;
    });
    const height = () =>
      page.locator('section').evaluate((section) => section.getBoundingClientRect().height);
    await list(page).locator('.skeleton').waitFor();
    const before = await height();
    answers.resolve();
    await rows(page).nth(2).waitFor();
    await page.locator('strongroom-uploader .browse:enabled').waitFor();
    assert.equal(await height(), before);
  });

  it('goes on by pages, sorts, and selects for others to work on', async (t) => {
    for (const name of ['b.pdf', 'a.pdf', 'd.pdf', 'c.pdf']) await put('pages', name);
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-documents record-id="pages" limit="2" selectable></strongroom-documents>',
      script: `document.querySelector('strongroom-documents').hrefFor = ({ filename }) => '#' + filename;`,
    });
    await rows(page).nth(1).waitFor();
    await list(page).getByRole('button', { name: 'Show more' }).press('Enter');
    await until(async () => (await names(page)).length === 4);
    assert.match(await page.evaluate(activeName), /^a\.pdf/);
    await list(page).getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await until(async () => (await names(page)).join() === 'a.pdf,b.pdf');
    await list(page).getByRole('button', { name: 'Show more' }).click();
    await until(async () => (await names(page)).join() === 'a.pdf,b.pdf,c.pdf,d.pdf');
    assert.equal(
      await list(page).getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort'),
      'ascending',
    );
    await list(page).getByLabel('Select a.pdf').click();
    await list(page)
      .getByLabel('Select c.pdf')
      .click({ modifiers: ['Shift'] });
    const selected = () =>
      page.evaluate(
        () =>
          (document.querySelector('strongroom-documents') as unknown as { selection: Set<string> }).selection
            .size,
      );
    assert.equal(await selected(), 3);
    await list(page).getByLabel('Select all').click();
    assert.equal(await selected(), 4);
    assert.equal(await rows(page).first().getByRole('link').getAttribute('href'), '#a.pdf');
  });

  it('says that it can not be read, and reads when it can', async (t) => {
    await put('down', 'here.pdf');
    const proxy = await TcpProxy.before(t, server.url);
    const { page, said } = await elementPage(t, {
      server: { url: proxy.url, key: server.key },
      body: '<strongroom-documents record-id=""></strongroom-documents>',
      script: `document.querySelector('strongroom-documents').client =
        new ui.Strongroom({ url: location.origin, token: ${JSON.stringify(server.key)}, retries: 0 });`,
    });
    await list(page).getByText('There are no documents yet.').waitFor();
    await proxy.refuse();
    await list(page).evaluate((element) => element.setAttribute('record-id', 'down'));
    await list(page).getByText('There is no connection to the document store.').waitFor();
    await proxy.pass();
    await list(page).getByRole('button', { name: 'Try again' }).click();
    await until(async () => (await names(page)).join() === 'here.pdf');
    said.splice(0);
    await proxy.hold('down');
    await list(page).evaluate((element) => element.setAttribute('record-id', 'another'));
    await list(page).getByText('Documents are being fetched').waitFor({ state: 'attached' });
    assert.deepEqual(await names(page), [], 'nothing of the record before is shown');
    await proxy.pass();
    await list(page).getByText('There are no documents yet.').waitFor();
  });
});

describe('<strongroom-actions>', { skip: needs('chromium') }, () => {
  it('does for one document what it is told to offer, and says when that is gone', async (t) => {
    const { id } = await put('one', 'one.pdf', 'selfie');
    const { page, said } = await elementPage(t, {
      server,
      body: `<strongroom-actions document-id="${id}" only="archive,unarchive,delete"></strongroom-actions>
        <strongroom-actions document-id="01900000-0000-7000-8000-000000000000"></strongroom-actions>`,
    });
    const actions = page.locator('strongroom-actions').first();
    const shown = () => actions.locator('.actions').getByRole('button').allTextContents();
    await until(async () => (await shown()).map((each) => each.trim()).join() === 'Archive,Delete');
    await actions.getByRole('button', { name: 'Archive' }).click();
    await actions.getByRole('button', { name: 'Unarchive' }).waitFor();
    await actions.getByRole('button', { name: 'Delete' }).click();
    await actions.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await until(async () => (await shown()).length === 0);
    await page.getByText('This document does not exist any more.').waitFor();
    assert.deepEqual((await heard(page)).toSorted(), ['archived', 'failed', 'removed']);
    expectRefusals(said, 404);
  });
});

describe('the elements', { skip: needs('chromium') }, () => {
  it('are those of the first copy where a page loads a second', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-documents record-id="twice"></strongroom-documents>',
    });
    const list = page.locator('strongroom-documents');
    await list.getByText('There are no documents yet.').waitFor();
    const second = await page.evaluate("import('/ui/elements/documents.js?again').then(Object.keys)");
    assert.ok((second as string[]).includes('configure'));
    await list.getByText('There are no documents yet.').waitFor();
  });

  it('ask for nothing any more once they are out of the page', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '',
      script: `
        const client = new ui.Strongroom({ url: location.origin, token: ${JSON.stringify(server.key)} });
        const moving = { id: '01900000-0000-7000-8000-000000000001', recordId: 'r', type: 'id', filename: 'a.pdf', state: 'inspecting',
          size: 1, createdAt: '2026-03-01T10:00:00.000Z', contentType: 'application/pdf', metadata: {}, purgeAfter: null };
        window.looks = [];
        window.list = Object.assign(document.createElement('strongroom-documents'), { client: Object.assign(client, {
          list: () => ({ page: async () => ({ items: [moving], nextCursor: null }) }),
          get: () => new Promise((resolve) => looks.push(() => resolve(moving))),
        }) });`,
    });
    const looks = () => page.evaluate('window.looks?.length');
    await until(async () => (await looks()) === 0);
    await page.clock.install();
    await page.evaluate('document.body.append(list)');
    await page.locator('strongroom-documents .row[data-id]').waitFor();
    await page.clock.runFor(3_000);
    assert.equal(await looks(), 1);
    await page.evaluate('list.remove()');
    await page.evaluate('looks[0]()');
    await page.clock.runFor(60_000);
    assert.equal(await looks(), 1);
  });
});
