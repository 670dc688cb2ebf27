import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pdfOfPages } from '../../server/test/fixtures/pdfs.ts';
import { needs, startServer, type TestServer } from '../../server/test/harness.ts';
import { assertAccessible } from './axe.ts';
import { endBrowser } from './browser.ts';
import { elementPage, heard } from './element-page.ts';
import { stored } from './preview-page.ts';

const skip = needs('chromium');
const undo: (() => unknown)[] = [];
let server: TestServer;

before(async () => {
  if (!skip) server = await startServer({ after: (end) => void undo.unshift(end) });
});
after(async () => {
  await endBrowser();
  for (const end of undo) await end();
});

const element = (id: string) => `<strongroom-document document-id="${id}"></strongroom-document>`;

async function call(method: string, path: string, body?: object, more: Record<string, string> = {}) {
  const answer = await fetch(`${server.url}/v1/documents/${path}`, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json', ...more },
    ...(body && { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()) as Record<string, unknown>;
}

test('a document: its preview, what is known of it, and its history a page at a time', {
  skip,
}, async (t) => {
  const id = await stored(server, pdfOfPages(2), 'contract.pdf', {
    recordId: 'case-1',
    metadata: { from: 'Berlin', by: ['A', 'B'] },
  });
  for (let times = 0; times < 10; times++) {
    await call('POST', `${id}/archive`);
    await call('POST', `${id}/unarchive`);
  }
  const { sha256 } = await call('GET', id);
  const { page } = await elementPage(
    t,
    { server, body: element(id) },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );
  const shown = page.locator('strongroom-document');
  await page.frameLocator('strongroom-preview iframe').getByText('Page 1').first().waitFor();
  for (const fact of ['contract.pdf', 'Contract', 'PDF', 'Stored', 'case-1', 'Berlin', '["A","B"]'])
    await shown.getByRole('definition').getByText(fact, { exact: true }).waitFor();
  await shown.getByRole('button', { name: 'Copy SHA-256' }).click();
  await shown.getByText('Copied.').waitFor();
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), sha256);
  const entries = shown.getByRole('region', { name: 'History' }).getByRole('listitem');
  assert.equal(await entries.count(), 20);
  await shown.getByRole('button', { name: 'Show more' }).click();
  await entries.nth(21).waitFor();
  assert.equal(await shown.getByRole('button', { name: 'Show more' }).count(), 0);
  await assertAccessible(page, 'a document');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await shown.getByRole('button', { name: 'Archive' }).click();
  await shown.getByRole('definition').getByText('Archived', { exact: true }).waitFor();
  assert.ok(!asked.some((url) => url.endsWith('/content')), 'what is shown already is not fetched again');
  await shown.getByRole('button', { name: 'Delete' }).click();
  await shown.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await shown.locator('strongroom-preview').getByText('This document is in the trash.').waitFor();
  await shown.getByText('Put into the trash').waitFor({ state: 'attached' });
  await shown.getByText('In the trash', { exact: true }).waitFor();
  assert.equal(await shown.getByRole('button', { name: 'Edit' }).count(), 0);
  await assertAccessible(page, 'a document in the trash');
});

test('its name and facts are changed, and nobody’s changes are lost without being seen', {
  skip,
}, async (t) => {
  const id = await stored(server, pdfOfPages(1), 'contract.pdf', { metadata: { from: 'Berlin' } });
  const { page, said } = await elementPage(t, { server, body: element(id) });
  const shown = page.locator('strongroom-document');
  await shown.getByRole('button', { name: 'Edit' }).click();
  const [name, facts] = [shown.getByLabel('Name'), shown.getByLabel('Further facts')];
  assert.equal(await name.inputValue(), 'contract.pdf');
  await facts.fill('{"from": ');
  await name.press('Enter');
  await shown.getByText('This is not an object of JSON').waitFor();
  await assertAccessible(page, 'a form with a fault');
  await facts.fill('{"from": "Rome"}');
  await name.fill('lease.pdf');
  const { revision } = await call('GET', id);
  await call('PATCH', id, { filename: 'theirs.pdf' }, { 'if-match': `"${revision}"` });
  await name.press('Enter');
  await shown.getByText('Someone else has changed this document meanwhile.').waitFor();
  await shown.getByRole('definition').getByText('theirs.pdf').waitFor();
  assert.equal(await name.inputValue(), 'lease.pdf', 'what was typed is still there');
  assert.match(said.splice(0).join(), /412/);
  await shown.getByRole('button', { name: 'Save' }).click();
  await shown.getByRole('definition').getByText('lease.pdf').waitFor();
  await shown.getByRole('button', { name: 'Edit' }).waitFor();
  const { filename, metadata } = await call('GET', id);
  assert.deepEqual({ filename, metadata }, { filename: 'lease.pdf', metadata: { from: 'Rome' } });
  assert.equal((await heard(page)).filter((event) => event === 'changed').length, 1);
});

test('a document that is not there says so', { skip }, async (t) => {
  const { page, said } = await elementPage(t, {
    server,
    body: element('01a215df-2bcc-7000-8606-28225e8fbc34'),
  });
  await page.getByText('This document does not exist any more.').waitFor();
  await assertAccessible(page, 'a document that is not there');
  assert.match(said.splice(0).join(), /404/);
});

test('a document that is still checked says so, offers no content, and shows by itself when it is ready', {
  skip,
}, async (t) => {
  const id = await stored(server, pdfOfPages(1), 'checked.pdf', { recordId: 'case-checked' });
  const body = `<strongroom-actions document-id="${id}"></strongroom-actions><section></section>`;
  const { page } = await elementPage(t, { server, body });
  // Only what is held to the state is another: how long a check takes can't be said to the service.
  let checking = true;
  await page.route(`**/v1/documents/${id}`, async (route) => {
    const answer = await route.fetch();
    const document = (await answer.json()) as object;
    await route.fulfill({
      response: answer,
      json: checking ? { ...document, state: 'inspecting' } : document,
    });
  });
  await page.reload();
  await page.evaluate((html) => {
    (document.querySelector('section') as HTMLElement).innerHTML = html;
  }, element(id));
  const shown = page.locator('strongroom-document');
  const buttons = page.locator('strongroom-actions').first();
  await shown.getByRole('definition').getByText('Being checked').waitFor();
  await shown.getByText('This document is still being received or checked.').waitFor();
  await buttons.getByRole('button', { name: 'Delete' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Download' }).count(), 0);
  await assertAccessible(page, 'a document that is checked');
  checking = false;
  await page.frameLocator('strongroom-preview iframe').getByText('Page 1').first().waitFor();
  await buttons.getByRole('button', { name: 'Download' }).waitFor();
  await shown.getByRole('definition').getByText('Stored', { exact: true }).waitFor();
});
