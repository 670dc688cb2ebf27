import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { Strongroom } from '@strongroom/client';
import * as make from '../../server/test/fixtures/make.ts';
import { brokenPdf, faxPdf, pdfOfPages, protectedPdf } from '../../server/test/fixtures/pdfs.ts';
import { bomb, slope, turnedJpeg } from '../../server/test/fixtures/pictures.ts';
import { needs, startServer, type TestServer } from '../../server/test/harness.ts';
import { fromFrame } from '../src/frame/protocol.ts';
import { assertAccessible } from './axe.ts';
import { endBrowser, openPage } from './browser.ts';
import { until } from './element-page.ts';
import { previewPage, showInstead, stored } from './preview-page.ts';

const skip = needs('chromium');
const undo: (() => unknown)[] = [];
let server: TestServer;

/** An app of another origin, whose page allows the service no more than previews need. */
const app = createServer((_request, answer) => {
  const policy = `default-src 'none'; script-src 'nonce-app' ${server.url}; connect-src ${server.url}; frame-src ${server.url}`;
  answer.setHeader('content-security-policy', policy).setHeader('content-type', 'text/html').end(appPage);
});
let appPage = '';

before(async () => {
  if (skip) return;
  await once(app.listen(0, '127.0.0.1'), 'listening');
  undo.push(() => app.close());
  const ALLOWED_ORIGINS = originOf(app);
  server = await startServer({ after: (end) => void undo.unshift(end) }, { ALLOWED_ORIGINS });
});

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

after(async () => {
  await endBrowser();
  for (const end of undo) await end();
});

test('a PDF: page by page, with its text, in bounded memory', { skip }, async (t) => {
  const id = await stored(server, pdfOfPages(300), 'long.pdf');
  const { page, inside, frame, asked } = await previewPage(t, server, id);
  await inside.getByRole('region', { name: 'Page 1 of 300', exact: true }).getByText('Page 1').waitFor();
  assert.equal(await inside.locator('section').count(), 300);
  const field = inside.getByRole('spinbutton', { name: 'Page' });
  const pixels = `[...document.querySelectorAll('canvas')].reduce((sum, { width, height }) => sum + width * height, 0)`;
  let most = 0;
  for (const number of [300, 20, 21, 22, 23, 24, 150]) {
    await field.fill(String(number));
    await field.press('Enter');
    await inside
      .getByRole('region', { name: `Page ${number} of` })
      .getByText(`Page ${number}`)
      .waitFor();
    most = Math.max(most, Number(await frame().evaluate(pixels)));
  }
  assert.ok(most > 0 && most <= 2 ** 24, `${most} pixels in all canvases`);
  await inside.getByRole('button', { name: 'Next page' }).click();
  await inside.getByRole('region', { name: 'Page 151 of' }).getByText('Page 151').waitFor();
  assert.equal(await field.inputValue(), '151');
  await inside.getByRole('button', { name: 'Larger' }).click();
  await inside.getByText('Page 151').waitFor();
  await assertAccessible(page, 'the page around a PDF');
  await assertAccessible(frame(), 'a PDF');
  assert.deepEqual(
    asked.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('blob:null/')),
    [],
  );
});

test('what is shown has its height from the first moment', { skip }, async (t) => {
  const id = await stored(server, slope(400, 300), 'slope.png');
  const { page } = await previewPage(t, server, id);
  const heights = await page.locator('strongroom-preview').evaluate(async (element) => {
    const seen: (number | undefined)[] = [];
    while (seen.length < 10) {
      await new Promise(requestAnimationFrame);
      const stage = element.shadowRoot?.querySelector('.stage.shown');
      if (stage) seen.push(stage.getBoundingClientRect().height);
    }
    return seen;
  });
  assert.deepEqual([...new Set(heights)], [heights.at(-1)]);
});

test('a PDF that wants a password asks for it, and keeps it in its frame', { skip }, async (t) => {
  const id = await stored(server, protectedPdf('sesame'), 'protected.pdf');
  const { inside, frame } = await previewPage(t, server, id);
  await inside.getByText('This PDF is protected by a password.').waitFor();
  await assertAccessible(frame(), 'the question for a password');
  await inside.getByLabel('Password').fill('open');
  await inside.getByRole('button', { name: 'Open' }).click();
  await inside.getByText('That was not the password').waitFor();
  await inside.getByLabel('Password').fill('sesame');
  await inside.getByLabel('Password').press('Enter');
  await inside.getByText('Secret').waitFor();
});

test('pictures in a PDF are unpacked without WebAssembly, which the frame may not compile', {
  skip,
}, async (t) => {
  const { inside, frame, asked } = await previewPage(t, server, await stored(server, faxPdf(), 'fax.pdf'));
  await inside.locator('canvas').waitFor();
  const middle =
    "(({ width, height }, context) => [...context.getImageData(width / 2, height / 2, 1, 1).data])(document.querySelector('canvas'), document.querySelector('canvas').getContext('2d')).join()";
  assert.equal(await frame().evaluate(middle), '0,0,0,255');
  assert.ok(asked.some((url) => url.endsWith('/wasm/jbig2_nowasm_fallback.js')));
  assert.ok(!asked.some((url) => url.endsWith('.wasm')));
});

test('pictures: turned as they ask, by what they are and not by their name', { skip }, async (t) => {
  const id = await stored(server, turnedJpeg(), 'turned.pdf');
  const { page, inside, frame, asked } = await previewPage(t, server, id);
  const picture = inside.getByRole('img', { name: 'Picture: turned.pdf' });
  await picture.waitFor();
  const size = await frame().evaluate(
    '[document.images[0].naturalWidth, document.images[0].naturalHeight].join()',
  );
  assert.equal(size, '8,16');
  assert.ok(!asked.some((url) => url.includes('pdf')), 'no part of pdf.js is fetched');
  const large = await stored(server, slope(2000, 1200), 'slope.png');
  await showInstead(page, large);
  const wide = inside.getByRole('img', { name: 'Picture: slope.png' });
  const width = async () => (await wide.boundingBox())?.width ?? 0;
  await wide.waitFor();
  assert.ok((await width()) < 1280, 'it fits');
  await inside.getByRole('button', { name: 'Actual size' }).click();
  assert.equal(await width(), 2000);
  await wide.press('0');
  assert.ok((await width()) < 1280, 'it fits again');
  await assertAccessible(frame(), 'a picture');
});

test('text and tables by their beginning, which they say', { skip }, async (t) => {
  const id = await stored(server, Buffer.from('Grüße, 你好.\n'.repeat(80_000)), 'long.txt', {
    type: 'other',
  });
  const { page, inside, frame, asked } = await previewPage(t, server, id);
  await inside.getByText('Only the beginning is shown: 512 kB of').waitFor();
  const text = await inside.locator('pre').textContent();
  assert.match(text ?? '', /^(Grüße, 你好\.\n){1000}/);
  assert.doesNotMatch(text ?? '', /\ufffd/, 'no character is cut through');
  const rows = Array.from({ length: 1200 }, (_, at) => `${at};"Müller; Anna"`).join('\r\n');
  const csv = await stored(server, Buffer.from(`No;Name\r\n${rows}`), 'list.csv', { type: 'other' });
  await showInstead(page, csv);
  await inside.getByText('Only the first 1,000 rows are shown.').waitFor();
  assert.equal(await inside.locator('tbody tr').count(), 1000);
  assert.equal(await inside.locator('tbody tr').nth(1).locator('td').nth(1).textContent(), 'Müller; Anna');
  // What axe looks at is the same in a few lines as in thousands.
  await showInstead(page, await stored(server, make.text(), 'short.txt', { type: 'other' }));
  await inside.getByText('Dear reader').waitFor();
  const height = async () => (await page.locator('strongroom-preview').boundingBox())?.height ?? 0;
  assert.ok((await height()) < 120, 'two lines take the room of two lines');
  await assertAccessible(frame(), 'a text');
  await showInstead(page, await stored(server, make.csv(), 'short.csv', { type: 'other' }));
  await inside.getByText('Müller, Anna').waitFor();
  await assertAccessible(frame(), 'a table');
  assert.ok(!asked.some((url) => url.includes('pdf')), 'no part of pdf.js is fetched');
});

test('what is not shown is a card that says why, with the way to get it', { skip }, async (t) => {
  const { page } = await previewPage(t, server, await stored(server, make.docx(), 'letter.docx'));
  const preview = page.locator('strongroom-preview');
  await preview.getByText('There is no preview for files of this kind.').waitFor();
  assert.equal(page.frames().length, 1);
  await assertAccessible(page, 'a card');
  const download = page.waitForEvent('download');
  await preview.getByRole('button', { name: 'Download' }).click();
  assert.equal((await download).suggestedFilename(), 'letter.docx');
  for (const { bytes, name, text } of [
    { bytes: brokenPdf(), name: 'broken.pdf', text: 'it is damaged' },
    { bytes: bomb(60_000, 60_000), name: 'bomb.png', text: 'This picture is too large' },
    { bytes: slope(20, 20).subarray(0, 20), name: 'half.png', text: 'it is damaged' },
  ]) {
    const id = await stored(server, bytes, name);
    await showInstead(page, id);
    await preview.getByText(text).waitFor();
    await preview.getByText(name).waitFor();
    assert.equal(page.frames().length, 1, `${name}: the frame is gone`);
  }
});

test('documents that can’t be read say so, and large ones ask first', { skip }, async (t) => {
  const id = await stored(server, slope(20, 20), 'small.png');
  const { page, said, asked } = await previewPage(t, server, '');
  const preview = page.locator('strongroom-preview');
  const show = (changes: object) =>
    page.evaluate(`fetch('/v1/documents/${id}', { headers: { authorization: 'Bearer ${server.key}' } })
      .then((answer) => answer.json())
      .then((found) => { document.querySelector('strongroom-preview').document = { ...found, ...${JSON.stringify(changes)} } })`);
  await show({ state: 'deleted' });
  await preview.getByText('This document is in the trash.').waitFor();
  await show({ state: 'receiving', size: null });
  await preview.getByText('still being received').waitFor();
  await show({ size: 2 ** 40 });
  await preview.getByText('Files of more than 512 MB are not shown here.').waitFor();
  await show({ id: 'other', size: 60 * 2 ** 20 });
  await preview.getByText('This file is large (60 MB).').waitFor();
  await assertAccessible(page, 'a question');
  assert.ok(!asked.some((url) => url.includes('/content')), 'nothing is fetched before it is asked for');
  await preview.getByRole('button', { name: 'Show it anyway' }).click();
  await preview.getByText('This document does not exist any more.').waitFor();
  await assertAccessible(page, 'a failure');
  assert.match(said.splice(0).join(), /404/);
});

test('a preview that is taken away stops what it began', { skip }, async (t) => {
  const id = await stored(server, pdfOfPages(2), 'two.pdf');
  const { page, asked } = await previewPage(t, server, id, {
    before: (page) => page.route('**/content', () => {}),
  });
  const stopped = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/content'));
  await page.waitForRequest('**/content');
  await page.evaluate("document.querySelector('strongroom-preview').remove()");
  assert.equal((await stopped).failure()?.errorText, 'net::ERR_ABORTED');
  assert.equal(asked.filter((url) => url.endsWith('/content')).length, 1);
});

test('the frame goes with the page: its words, its colours when they change, Escape', { skip }, async (t) => {
  const id = await stored(server, pdfOfPages(2), 'two.pdf');
  const { page, inside, frame } = await previewPage(t, server, id, {
    root: 'lang="de" dir="rtl"',
    script: "ui.setWords({ 'preview.next': 'Weiter', 'preview.pages': 'von {count}' });",
  });
  await inside.getByRole('button', { name: 'Weiter' }).waitFor();
  await inside.getByText('von 2', { exact: true }).waitFor();
  const root = () =>
    frame().evaluate(
      '[document.documentElement.dir, document.documentElement.lang, getComputedStyle(document.documentElement).colorScheme].join()',
    );
  assert.equal(await root(), 'rtl,de,light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await until(async () => (await root()) === 'rtl,de,dark');
  await page.evaluate("addEventListener('keydown', ({ key }) => { window.pressed = key })");
  await inside.getByRole('button', { name: 'Weiter' }).press('Escape');
  await page.waitForFunction("window.pressed === 'Escape'");
  await inside.getByRole('main').focus();
  await page.keyboard.press('Tab');
  await page.waitForFunction("document.activeElement.localName === 'button'");
  await page.keyboard.press('Shift+Tab');
  await page.waitForFunction("document.activeElement.localName === 'strongroom-preview'");
});

test('a list opens a preview over the page, fetched only then; Escape in the frame closes it', {
  skip,
}, async (t) => {
  await stored(server, slope(300, 200), 'slope.png', { recordId: 'case-2' });
  const { page, asked } = await previewPage(t, server, '', {
    body: '<main><h1>Documents</h1><strongroom-documents record-id="case-2"></strongroom-documents></main>',
  });
  const open = page.getByRole('button', { name: /^Preview/ });
  await open.waitFor();
  assert.ok(!asked.some((url) => url.includes('/ui/')), 'nothing more is fetched for a list');
  await open.click();
  const dialog = page.getByRole('dialog', { name: 'slope.png' });
  const picture = page
    .frameLocator('strongroom-preview iframe')
    .getByRole('img', { name: 'Picture: slope.png' });
  await picture.waitFor();
  await assertAccessible(page, 'a preview in a dialog');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download' }).click();
  assert.equal((await download).suggestedFilename(), 'slope.png');
  await picture.click();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.match(
    String(await page.evaluate('document.activeElement.shadowRoot.activeElement.dataset.action')),
    /preview/,
  );
});

test('a page of another origin shows what its grant allows, under a policy of its own', {
  skip,
}, async (t) => {
  const id = await stored(server, pdfOfPages(2), 'two.pdf', { recordId: 'case-9' });
  const service = new Strongroom({ url: server.url, token: server.key });
  const { token } = await service.createGrant({ recordId: 'case-9', actions: ['read'] });
  appPage = `<!doctype html><html lang="en"><title>App</title>
    <strongroom-preview document-id="${id}" server="${server.url}"></strongroom-preview>
    <script nonce="app" type="module">
      import '${server.url}/ui/elements/preview.js';
      document.querySelector('strongroom-preview').token = '${token}';
    </script>`;
  const { page } = await openPage(t);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(originOf(app));
  await page.frameLocator('strongroom-preview iframe').getByText('Page 1').first().waitFor();
  assert.ok(!asked.some((url) => url.includes(token)), 'no URL holds the grant');
});

test('what a frame says is copied field by field, or not heard', () => {
  assert.deepEqual(fromFrame({ kind: 'height', height: 1e9, html: '<b>' }), {
    kind: 'height',
    height: 100_000,
  });
  assert.deepEqual(fromFrame({ kind: 'failed', reason: 'broken' }), { kind: 'failed', reason: 'broken' });
  for (const data of [
    null,
    'shown',
    {},
    { kind: 'open' },
    { kind: 'height', height: Number.NaN },
    { kind: 'height', height: -1 },
    { kind: 'height', height: '12' },
    { kind: 'failed', reason: '<b>' },
    { kind: 'failed', reason: '__proto__' },
    Object.create({ kind: 'shown' }),
  ])
    assert.equal(fromFrame(data), null, JSON.stringify(data));
});
