import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import * as make from '../../server/test/fixtures/make.ts';
import { actingPdf } from '../../server/test/fixtures/pdfs.ts';
import { needs, startServer, type TestServer, testFolder } from '../../server/test/harness.ts';
import { endBrowser, openPage } from './browser.ts';
import { beyond, script, watch } from './canary.ts';
import { signIn } from './console/house.ts';
import { previewPage, showInstead, stored } from './preview-page.ts';

const skip = needs('chromium');
const undo: (() => unknown)[] = [];
const ending = { after: (end: () => unknown) => void undo.unshift(end) };
const markup = '<img src=x onerror="window.canary=1;top.canary=1">';
let server: TestServer;
let away: Awaited<ReturnType<typeof beyond>>;

before(async () => {
  if (skip) return;
  const DATA_DIR = await testFolder(ending);
  const accept = [
    ...['text/html', 'text/plain', 'text/csv', 'message/rfc822', 'application/pdf', 'image/png'],
    ...['image/svg+xml', 'application/xhtml+xml', 'application/xml'],
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ];
  const documentTypes = [{ id: 'anything', label: markup, accept }];
  await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify({ documentTypes }));
  server = await startServer(ending, { DATA_DIR });
  away = await beyond(ending);
});
after(async () => {
  await endBrowser();
  for (const end of undo) await end();
});

interface Hostile {
  readonly what: string;
  readonly name: string;
  readonly bytes: () => Buffer;
  /** What is to be read in its preview. */
  readonly shown: string;
}

const act = () => script(away.url);
const html = () =>
  `<!doctype html><title>x</title><script>${act()}</script><img src=x onerror="${act().replaceAll('"', '')}"><a href="${away.url}">x</a>`;
const noPreview = 'There is no preview for files of this kind.';

const hostile: readonly Hostile[] = [
  { what: 'HTML', name: 'page.html', bytes: () => Buffer.from(html()), shown: '<!doctype html>' },
  {
    what: 'HTML that is called a picture',
    name: 'photo.png',
    bytes: () => Buffer.from(html()),
    shown: '<!doctype html>',
  },
  {
    what: 'SVG',
    name: 'drawing.svg',
    bytes: () =>
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" onload="${act().replaceAll('"', '')}"><script>${act().replaceAll('&', '&amp;')}</script></svg>`,
      ),
    shown: '<svg xmlns=',
  },
  {
    what: 'XHTML',
    name: 'page.xhtml',
    bytes: () =>
      Buffer.from(
        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script><![CDATA[${act()}]]></script></html>`,
      ),
    shown: '<?xml version',
  },
  {
    what: 'a PDF that acts in every way it can',
    name: 'acting.pdf',
    bytes: () => actingPdf(away.url),
    shown: 'It acts',
  },
  {
    what: 'a PDF that is a page too',
    name: 'both.pdf',
    bytes: () => Buffer.concat([Buffer.from(`<script>${act()}</script>\n`), make.pdf()]),
    shown: 'Strongroom',
  },
  {
    what: 'CSV with formulas and markup',
    name: 'list.csv',
    bytes: () =>
      Buffer.from(
        `name,amount\n=HYPERLINK("${away.url}"),"=cmd|' /C calc'!A0"\n"${markup.replaceAll('"', '""')}",<script>${act().replaceAll('"', '')}</script>\n`,
      ),
    shown: markup,
  },
  {
    what: 'an e-mail of HTML',
    name: 'mail.eml',
    bytes: () => Buffer.from(`${make.eml().toString()}\r\n${html()}`),
    shown: 'Subject: The contract',
  },
  { what: 'markup for a name', name: `${markup}.txt`, bytes: make.text, shown: 'Dear reader,' },
  {
    what: 'markup for the name of what is not shown',
    name: `"><svg onload=window.canary=1>.docx`,
    bytes: make.docx,
    shown: noPreview,
  },
];

/** Everything that a page of the service may ask for. */
function known(url: string): boolean {
  const path = url.startsWith(`${server.url}/`) ? url.slice(server.url.length) : '';
  return (
    url.startsWith('blob:') || /^\/($|\?|(ui|v1|l|sign-in|documents|records|page-of-a-test)\b)/.test(path)
  );
}

/** A page that is watched; what it says on its console is no matter here. */
async function watched(t: Parameters<typeof openPage>[0]) {
  let said: string[] = [];
  const { page, ...opened } = await openPage({
    after: (end) =>
      t.after(() => {
        said.splice(0);
        return end();
      }),
  });
  said = opened.said;
  return { page, ...watch(page, known) };
}

test('the watch notices what runs', { skip }, async (t) => {
  const { page, noticed } = await watched(t);
  await page.route(`${server.url}/v1/running`, (route) =>
    route.fulfill({ contentType: 'text/html', body: html() }),
  );
  await page.goto(`${server.url}/v1/running`);
  await page.waitForURL(`${away.url}top`);
  const found = (await noticed()).join('\n');
  for (const part of [
    'it spoke: canary',
    'it opened',
    `${away.url}image`,
    `${away.url}fetch`,
    `${away.url}top`,
    'it kept',
  ])
    assert.ok(found.includes(part), `${part} in\n${found}`);
  assert.ok(away.asked.length > 0);
  away.asked.splice(0);
});

test('hostile documents run nothing in their preview', { skip }, async (t) => {
  const { page, said, inside } = await previewPage(t, server, '');
  const { noticed } = watch(page, known);
  const preview = page.locator('strongroom-preview');
  for (const { what, name, bytes, shown } of hostile) {
    const metadata = { note: markup, [markup]: '<script>window.canary=1</script>' };
    const id = await stored(server, bytes(), name, { type: 'anything', recordId: markup, metadata });
    await showInstead(page, id);
    const place = shown === noPreview ? preview : inside;
    await place.getByText(shown).first().waitFor();
    if (name === 'acting.pdf') await pressEverywhere(page);
    await settled(page);
    assert.deepEqual([await noticed(), away.asked], [[], []], what);
    assert.equal(await page.evaluate('location.pathname'), '/page-of-a-test', what);
  }
  assert.deepEqual(said, []);
});

test('hostile names, metadata and labels are text in lists and facts', { skip }, async (t) => {
  const metadata = { note: markup, [markup]: `<script>${act()}</script>` };
  const recordId = `"><svg onload="window.canary=1">`;
  const id = await stored(server, make.text(), `${markup}.txt`, { type: 'anything', recordId, metadata });
  const lists = '<strongroom-documents></strongroom-documents><strongroom-actions></strongroom-actions>';
  const { page } = await previewPage(t, server, '', {
    body: `<main><h1>All</h1>${lists}<strongroom-document></strongroom-document><strongroom-uploader types="anything"></strongroom-uploader></main>`,
  });
  const { noticed } = watch(page, known);
  await page.evaluate(`for (const element of document.querySelectorAll('main > :not(h1)'))
    Object.assign(element, { documentId: '${id}', recordId: ${JSON.stringify(recordId)} })`);
  const [list, shown] = [page.locator('strongroom-documents'), page.locator('strongroom-document')];
  await list.getByText(markup).first().waitFor({ state: 'attached' });
  for (const text of [`${markup}.txt`, recordId, `<script>${act()}</script>`])
    await shown.getByRole('definition').getByText(text).first().waitFor();
  await shown.getByRole('definition').getByText(markup, { exact: true }).first().waitFor();
  await page.frameLocator('strongroom-preview iframe').getByText('Dear reader').waitFor();
  await list.getByRole('button', { name: /^Delete/ }).click();
  await list.getByRole('dialog').getByText(markup).first().waitFor();
  await settled(page);
  assert.deepEqual([await noticed(), away.asked], [[], []]);
});

test('hostile documents run nothing in the console', { skip }, async (t) => {
  const recordId = `"><svg onload="window.canary=1">`;
  const { page, noticed } = await watched(t);
  await page.goto(`${server.url}/sign-in`);
  await signIn(page, server.key);
  for (const { what, name, bytes, shown } of hostile) {
    const id = await stored(server, bytes(), name, {
      type: 'anything',
      recordId,
      metadata: { note: markup },
    });
    await page.goto(`${server.url}/documents/${id}`);
    const inside = page.frameLocator('strongroom-preview iframe');
    const place = shown === noPreview ? page.locator('strongroom-preview') : inside;
    await place.getByText(shown).first().waitFor();
    assert.deepEqual([await noticed(), away.asked], [[], []], what);
  }
  await page.goto(`${server.url}/records/${encodeURIComponent(recordId)}`);
  await page
    .getByText(hostile[0]?.name ?? '')
    .first()
    .waitFor({ state: 'attached' });
  await page.goto(`${server.url}/?q=${encodeURIComponent(markup)}`);
  await page.getByText(markup).first().waitFor({ state: 'attached' });
  await settled(page);
  assert.deepEqual([await noticed(), away.asked], [[], []]);
});

test('hostile documents run nothing where they are served by themselves', { skip }, async (t) => {
  const { page, noticed } = await watched(t);
  await page.setExtraHTTPHeaders({ authorization: `Bearer ${server.key}` });
  for (const { what, name, bytes } of hostile.filter(({ name }) => !name.endsWith('.pdf'))) {
    const id = await stored(server, bytes(), name, { type: 'anything' });
    for (const url of [await linkTo(id), `${server.url}/v1/documents/${id}/content?disposition=inline`]) {
      // What is an attachment, whatever was asked, is no page: going there ends as a download.
      await page.goto(url).catch((error) => assert.match(String(error), /Download is starting|ERR_ABORTED/));
      await settled(page);
      assert.deepEqual([await noticed(), away.asked], [[], []], `${what} at ${url}`);
    }
  }
});

test('a PDF by itself is left to the browser’s own viewer, with nothing that it may load', {
  skip,
}, async () => {
  for (const { name, bytes } of hostile.filter(({ name }) => name.endsWith('.pdf'))) {
    const answer = await fetch(await linkTo(await stored(server, bytes(), name, { type: 'anything' })));
    await answer.body?.cancel();
    const told = ['content-type', 'content-security-policy', 'x-content-type-options'];
    assert.deepEqual(
      told.map((field) => answer.headers.get(field)),
      ['application/pdf', "default-src 'none'", 'nosniff'],
    );
  }
});

test('the frame by itself is of no origin, and takes nothing from a page that does not hold it', {
  skip,
}, async (t) => {
  const { page, noticed } = await watched(t);
  await page.goto(`${server.url}/ui/frame/frame.html#<script>window.canary=1</script>`);
  assert.equal(await page.evaluate('self.origin'), 'null');
  // What a debugger asks for at once may evaluate; what comes later may only what the page may.
  const refused = (what: string) =>
    page.evaluate(
      `(async () => { await new Promise((resolve) => setTimeout(resolve)); try { ${what}; return 'ran' } catch ({ name }) { return name } })()`,
    );
  assert.equal(await refused('localStorage.x'), 'SecurityError');
  assert.equal(await refused('document.cookie'), 'SecurityError');
  assert.equal(await refused(`await fetch('${away.url}')`), 'TypeError');
  assert.equal(await refused("new Function('')"), 'EvalError');
  assert.equal(
    await refused('await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))'),
    'CompileError',
  );
  assert.equal(await page.evaluate(`String(open('${away.url}'))`), 'null');
  assert.equal(
    await page.evaluate(
      `new Promise((resolve) => { const image = new Image(); image.onload = () => resolve('shown'); image.onerror = () => resolve('refused'); image.src = '${away.url}' })`,
    ),
    'refused',
  );
  assert.deepEqual(away.asked, []);
  const found = await noticed();
  assert.deepEqual(
    found.filter((what) => !what.startsWith('it asked for')),
    [],
  );
});

test('a frame that has been taken over can do nothing but draw, and is shut when it goes elsewhere', {
  skip,
}, async (t) => {
  const id = await stored(server, make.png(), 'one.png', { type: 'anything' });
  const takenOver = (then: string) => ({
    before: (page: Page) =>
      page.route('**/ui/frame/frame.html', (route) =>
        route.fulfill({
          headers: { 'content-type': 'text/html', 'content-security-policy': 'sandbox allow-scripts' },
          body: `<script>
            onmessage = ({ ports: [port] }) => {
              for (const message of [{ kind: 'failed', reason: '${markup.replaceAll("'", '')}' }, { kind: 'height', height: '9' }, { kind: 'shown', html: '${markup}' }, { kind: 'escape' }, { kind: 'height', height: 1e12 }])
                port.postMessage(message);
              ${then}
            };
            parent.postMessage({ strongroom: 'preview', version: 1 }, '*');
          </script>`,
        }),
      ),
  });
  const drawing = await previewPage(t, server, id, takenOver("document.write('<p>drawn</p>')"));
  const drawn = watch(drawing.page, known);
  await drawing.inside.getByText('drawn').waitFor();
  const height = (await drawing.page.locator('strongroom-preview').boundingBox())?.height ?? 0;
  assert.ok(height <= 800, `no higher than it may be: ${height}`);
  assert.deepEqual(await drawn.noticed(), []);
  const leaving = await previewPage(t, server, id, takenOver("location = 'about:blank'"));
  await leaving.page.getByText('The preview could not be opened on this page.').waitFor();
  assert.equal(leaving.page.frames().length, 1, 'the frame is gone');
});

async function linkTo(id: string): Promise<string> {
  const answer = await fetch(`${server.url}/v1/documents/${id}/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ disposition: 'inline' }),
  });
  return ((await answer.json()) as { url: string }).url;
}

/** Presses on all of the first page, where links, fields and buttons would be, and on its keys. */
async function pressEverywhere(page: Page): Promise<void> {
  const sheet = page.frameLocator('strongroom-preview iframe').locator('.page').first();
  const width = (await sheet.boundingBox())?.width ?? 0;
  for (const at of [0.13, 0.2, 0.27, 0.34])
    await sheet.click({ position: { x: width / 2, y: at * width * 1.41 }, force: true });
  await page.keyboard.press('Enter');
}

/** What were begun would be under way: scripts have run, and what they asked for has been asked for. */
async function settled(page: Page): Promise<void> {
  await page.evaluate('document.readyState');
  // Not a timer of the page: in a sandbox without scripts it would never come.
  await sleep(60);
}
