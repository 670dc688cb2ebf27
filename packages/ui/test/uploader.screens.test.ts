/** `<strongroom-uploader>` in Chromium, against the real service. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Strongroom } from '@strongroom/client';
import type { Locator, Page } from 'playwright-core';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { text } from '../../server/test/fixtures/make.ts';
import { needs, startServer, testFolder } from '../../server/test/harness.ts';
import { endBrowser, slowUploads } from './browser.ts';
import { activeName, drop, elementPage, expectRefusals, heard, pdfFile, until } from './element-page.ts';

const folder = await testFolder({ after });
const server = await startServer({ after }, { DATA_DIR: folder });
const strongroom = new Strongroom({ url: server.url, token: server.key });
after(endBrowser);

describe('<strongroom-uploader>', { skip: needs('chromium') }, () => {
  const uploader = (page: Page) => page.locator('strongroom-uploader');
  const rows = (page: Page) => uploader(page).locator('.row');
  const choose = (page: Page, ...files: Parameters<Locator['setInputFiles']>[0][]) =>
    uploader(page)
      .locator('input.files')
      .setInputFiles(files.flat() as never);
  const stored = async (recordId: string) => (await strongroom.list({ recordId }).page()).items;

  it('takes a file that is dropped, and shows its bytes go', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="drop" type="contract"></strongroom-uploader>',
    });
    await uploader(page).getByText('up to 5 GB').waitFor();
    await slowUploads(page, 400_000);
    await drop(page, 'strongroom-uploader', [pdfFile('Vertrag ü.pdf', 300_000)]);
    const shares = await page.evaluate(async () => {
      const root = document.querySelector('strongroom-uploader')?.shadowRoot as ShadowRoot;
      const seen = new Set<number>();
      for (;;) {
        const bar = root.querySelector('progress');
        if (bar) seen.add(bar.value / bar.max);
        if (root.querySelector('[data-stage=done]')) return [...seen];
        await new Promise(requestAnimationFrame);
      }
    });
    const between = shares.filter((share) => share > 0 && share < 1);
    assert.ok(between.length >= 3, `the bar moves: ${shares}`);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    const [kept] = await stored('drop');
    assert.deepEqual([kept?.filename, kept?.type, kept?.size], ['Vertrag ü.pdf', 'contract', 300_000]);
    assert.deepEqual(await heard(page), ['uploaded']);
  });

  it('shows by a mark that a name is shortened, where not even its end has room', async (t) => {
    const name = 'Mietvertrag-Scan-2026-mit-allen-Anlagen-und-Anhängen.pdf';
    const { page } = await elementPage(
      t,
      {
        server,
        body: '<strongroom-uploader record-id="names" type="contract" manual></strongroom-uploader>',
      },
      { viewport: { width: 260, height: 640 } },
    );
    await uploader(page).locator('.browse:enabled').waitFor();
    await choose(page, pdfFile(name, 50_000));
    const widths = (part: string) =>
      rows(page)
        .first()
        .locator(part)
        .evaluate((part) => [
          part.clientWidth,
          part.scrollWidth,
          Number.parseFloat(getComputedStyle(part).fontSize),
        ]);
    const [start = 0, , em = 0] = await widths('.start');
    assert.ok(start >= 1.9 * em, `${start} px for a letter and a mark`);
    const [what = 0, content = 0] = await widths('.what');
    assert.ok(content <= what, 'nothing lies over the buttons');
  });

  it('says how fast it goes and how long it takes, and ends without a trace when it is cancelled', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="cancel" type="id"></strongroom-uploader>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    await slowUploads(page, 200_000);
    await choose(page, pdfFile('scan.pdf', 2_000_000));
    await rows(page)
      .getByText(/of 1\.9 MB.*kB\/s.*left/)
      .waitFor();
    assert.deepEqual(
      (await strongroom.list({ recordId: 'cancel', state: 'receiving' }).page()).items.length,
      1,
    );
    await uploader(page).getByRole('button', { name: 'Cancel scan.pdf' }).click();
    await rows(page).getByText('Cancelled. Nothing was kept.').waitFor();
    assert.equal(await page.evaluate(activeName), 'Try scan.pdf again');
    await assert.doesNotReject(until(async () => (await stored('cancel')).length === 0));
    await until(async () => {
      const { items } = await strongroom.list({ recordId: 'cancel', state: 'receiving' }).page();
      return items.length === 0 && globSync(join(folder, 'objects/cancel/**/*.pdf')).length === 0;
    });
  });

  it('asks for the type of each file where there is a choice, and sends when told to', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="types" types="id,contract,other" multiple></strongroom-uploader>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    const csv = {
      name: 'table.csv',
      mimeType: 'application/vnd.ms-excel',
      buffer: Buffer.from('a,b\n1,2\n'),
    };
    await choose(page, [pdfFile('one.pdf'), pdfFile('two.pdf'), csv]);
    await uploader(page).getByRole('button', { name: 'Upload 3 files' }).click();
    await rows(page).getByText('Choose what kind of document this is.').nth(1).waitFor();
    assert.equal(await page.evaluate(activeName), 'Document type of one.pdf');
    await rows(page).locator('[data-stage=done], .status', { hasText: 'Uploaded' }).waitFor();
    await uploader(page).getByLabel('Document type of one.pdf').selectOption('Identity document');
    await uploader(page).getByLabel('Document type of two.pdf').selectOption('Contract');
    await uploader(page).getByRole('button', { name: 'Upload 2 files' }).click();
    await page.waitForFunction(
      () =>
        document.querySelector('strongroom-uploader')?.shadowRoot?.querySelectorAll('[data-stage=done]')
          .length === 3,
    );
    const types = Object.fromEntries((await stored('types')).map(({ filename, type }) => [filename, type]));
    assert.deepEqual(types, { 'one.pdf': 'id', 'two.pdf': 'contract', 'table.csv': 'other' });
  });

  it('refuses before sending what the service would refuse, and tells what the service refuses in the same words', async (t) => {
    const { page, said } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="refuse" type="id" multiple></strongroom-uploader>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    assert.equal(
      (await uploader(page).locator('.hint').textContent())?.trim(),
      'PDF, JPEG, PNG, WebP, HEIC, or TIFF, up to 100 MB',
    );
    assert.match(
      (await uploader(page).locator('input.files').getAttribute('accept')) ?? '',
      /application\/pdf.*\.heic/,
    );
    const sent: string[] = [];
    // The element's own files may still be coming: what looks for uploads that were left is loaded late.
    page.on(
      'request',
      (request) => void (request.resourceType() !== 'script' && sent.push(request.method())),
    );
    await page.evaluate(() => {
      const large = new File([new Uint8Array(1)], 'large.pdf', { type: 'application/pdf' });
      Object.defineProperty(large, 'size', { value: 104_857_601 });
      const note = new File(['hello'], 'note.txt', { type: 'text/plain' });
      (document.querySelector('strongroom-uploader') as unknown as { add(files: File[]): void }).add([
        large,
        note,
        new File([], 'empty.pdf'),
      ]);
    });
    const words = () => rows(page).locator('.status').allInnerTexts();
    const kinds =
      'PDF, JPEG, PNG, WebP, HEIC, and TIFF. Choose another file or save it in one of these formats.';
    const refused = [
      'This file is too large: at most 100 MB is accepted. Make it smaller or split it.',
      `This file is plain text; accepted are ${kinds}`,
      'This file is empty. Choose another one.',
    ];
    await until(async () => (await words()).length === 3);
    assert.deepEqual(await words(), refused);
    assert.deepEqual(sent, []);
    await choose(page, [{ ...pdfFile('not really.pdf'), buffer: text() }]);
    await rows(page).nth(3).locator('.error').waitFor();
    assert.equal((await words())[3], refused[1]);
    assert.equal(await rows(page).getByRole('button', { name: /again/ }).count(), 0);
    assert.deepEqual(await heard(page), ['failed', 'failed', 'failed', 'failed']);
    expectRefusals(said, 415);
    assert.deepEqual(await stored('refuse'), []);
  });

  it('keeps one document when a lost connection is followed by another try', async (t) => {
    const proxy = await TcpProxy.before(t, server.url);
    const { page, said } = await elementPage(t, {
      server: { url: proxy.url, key: server.key },
      body: '<strongroom-uploader record-id="lost" type="id"></strongroom-uploader>',
      script: `document.querySelector('strongroom-uploader').client =
        new ui.Strongroom({ url: location.origin, token: ${JSON.stringify(server.key)}, retries: 0 });`,
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    await proxy.cut('up', 300_000);
    await choose(page, pdfFile('lost.pdf', 2_000_000));
    await rows(page).getByText('There is no connection to the document store.').waitFor();
    assert.ok(proxy.cuts > 0);
    await proxy.pass();
    await uploader(page).getByRole('button', { name: 'Try lost.pdf again' }).click();
    await rows(page).getByText('Uploaded').waitFor({ timeout: 60_000 });
    assert.equal(
      (await strongroom.list({ recordId: 'lost', state: 'available,receiving' }).page()).items.length,
      1,
    );
    said.splice(0);
  });

  it('says so when a file is gone by the time it is to be sent', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="gone" type="id" manual></strongroom-uploader>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    const path = join(folder, 'gone.pdf');
    await writeFile(path, pdfFile('gone.pdf').buffer);
    await uploader(page).locator('input.files').setInputFiles(path);
    await rows(page).getByText('Ready to upload').waitFor();
    await rm(path);
    await uploader(page).getByRole('button', { name: 'Upload', exact: true }).click();
    await rows(page).getByText('This file can’t be read: it was moved or changed').waitFor();
    assert.equal(await rows(page).getByRole('button', { name: /again/ }).count(), 0);
  });

  it('works by keyboard alone and tells screen readers what happens', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="keys" types="id,contract" multiple></strongroom-uploader>',
    });
    // Heard long before: a key can overtake the order that choosers are told of.
    const choosing = page.waitForEvent('filechooser');
    await uploader(page).locator('.browse:enabled').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.ok(await uploader(page).getByText('Identity document').isVisible());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await (await choosing).setFiles([pdfFile('a.pdf'), pdfFile('b.pdf')] as never);
    const spoken = uploader(page).getByRole('status');
    await spoken.getByText('2 files added.').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('Cont');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ident');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await rows(page).nth(1).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(activeName), 'Take a.pdf off this list');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(activeName), 'Upload');
    await page.keyboard.press('Enter');
    await spoken.getByText('a.pdf is uploaded.').waitFor();
    assert.deepEqual(
      (await stored('keys')).map(({ type }) => type),
      ['contract'],
    );
  });

  it('takes what is pasted, names an image, and refuses a folder in words', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="paste" type="id" manual></strongroom-uploader>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['x'], 'image.png', { type: 'image/png' }));
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    });
    await rows(page)
      .getByText(/^Pasted .*2\d:?.*\.png$|^Pasted .*\.png$/)
      .first()
      .waitFor({ state: 'attached' });
    await page.evaluate(() => {
      const entry = { isDirectory: true, isFile: false, name: 'Scans' };
      const item = { kind: 'file', webkitGetAsEntry: () => entry };
      const event = new Event('drop', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], items: [item], files: [] } });
      document.querySelector('strongroom-uploader')?.dispatchEvent(event);
    });
    await uploader(page)
      .locator('[part=note]', { hasText: '“Scans” is a folder. Open it and choose the files in it.' })
      .waitFor();
    assert.deepEqual(await stored('paste'), []);
  });

  it('shows that it can be dropped on, and keeps the page when a drop misses', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="aim" type="id"></strongroom-uploader><p>beside</p>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    const prevented = await page.evaluate(() => {
      const drag = (name: string, target: Element | null | undefined) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'a.pdf'));
        return !target?.dispatchEvent(
          new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true, composed: true }),
        );
      };
      const zone = document.querySelector('strongroom-uploader')?.shadowRoot?.querySelector('.zone');
      return [
        drag('dragover', document.querySelector('p')),
        drag('drop', document.querySelector('p')),
        drag('dragenter', zone),
      ];
    });
    assert.deepEqual(prevented, [true, true, true]);
    await uploader(page).locator('.zone[data-dragging]', { hasText: 'Let go to add' }).waitFor();
  });

  it('goes on when it is moved in the page, and asks before a page is left only while it sends', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="move" type="id"></strongroom-uploader><section></section>',
    });
    const asks = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
    await uploader(page).locator('.browse:enabled').waitFor();
    assert.equal(await asks(), false);
    await slowUploads(page, 600_000);
    await choose(page, pdfFile('moved.pdf', 300_000));
    await rows(page).locator('progress').waitFor();
    assert.equal(await asks(), true);
    await page.evaluate(() => {
      const element = document.querySelector('strongroom-uploader') as HTMLElement;
      element.remove();
      document.querySelector('section')?.append(element);
    });
    await rows(page).getByText('Uploaded').waitFor();
    assert.equal(await asks(), false);
    assert.deepEqual(await heard(page), ['uploaded']);
    await drop(page, 'strongroom-uploader', [pdfFile('again.pdf')]);
    await until(async () => (await stored('move')).length === 2);
  });

  it('sends to the record that was shown when it was told to, also when its turn comes later', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="turn-1" type="id" multiple parallel="1"></strongroom-uploader>',
    });
    await uploader(page).locator('.browse:enabled').waitFor();
    await slowUploads(page, 400_000);
    await choose(page, [pdfFile('first.pdf', 200_000), pdfFile('second.pdf')]);
    await rows(page).getByText('Waiting for its turn').waitFor();
    await page.evaluate(() =>
      document.querySelector('strongroom-uploader')?.setAttribute('record-id', 'turn-2'),
    );
    await until(async () => (await stored('turn-1')).length === 2);
    assert.deepEqual(await stored('turn-2'), []);
    await page.evaluate(() =>
      document.querySelector('strongroom-uploader')?.setAttribute('record-id', 'turn-3'),
    );
    await until(async () => (await rows(page).count()) === 0);
  });

  it('sends no more at once than it may, and takes no more files than it may', async (t) => {
    const { page } = await elementPage(t, {
      server,
      body: '<strongroom-uploader record-id="many" type="id" multiple parallel="2" max-files="4"></strongroom-uploader>',
    });
    await uploader(page).getByText('up to 4 files').waitFor();
    let running = 0;
    let most = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST') most = Math.max(most, ++running);
    });
    page.on('requestfinished', (request) => {
      if (request.method() === 'POST') running--;
    });
    await choose(
      page,
      Array.from({ length: 6 }, (_, index) => pdfFile(`${index}.pdf`)),
    );
    await uploader(page)
      .getByText('Only 4 files can be added here; the others were left out.')
      .first()
      .waitFor();
    await uploader(page).getByText('That is all: 4 files can be added here.').waitFor();
    await until(async () => (await stored('many')).length === 4);
    assert.equal(most, 2);
  });
});
