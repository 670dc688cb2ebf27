/** `<strongroom-uploader>` on an app's page, sending to a bucket of a third origin, in Chromium against the real service. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Strongroom } from '@strongroom/client';
import type { Page } from 'playwright-core';
import { strongroomDoctor } from '../../server/test/doctor/house.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import {
  type Ending,
  needs,
  startServer,
  testBucket,
  testDatabase,
  testFolder,
} from '../../server/test/harness.ts';
import { endBrowser, openPage } from './browser.ts';
import { pdfFile, until } from './element-page.ts';

after(endBrowser);

/** Five parts, of which three are on their way at once. */
const file = pdfFile('scan.pdf', 5 * 2 ** 24);
for (let at = 2048; at + 4 <= file.buffer.length; at += 4096) file.buffer.writeUInt32LE(at, at);

/** An app with one page, a service and a bucket, each of an origin of its own; a slow line to the bucket. */
async function open(t: Ending, { cors }: { readonly cors: boolean }) {
  let html = '';
  const app = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  t.after(() => app.close());
  await once(app.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  const bucket = await testBucket(t);
  const line = await TcpProxy.before(t, bucket.endpoint);
  const folder = await testFolder(t);
  const settings = {
    ...bucket.environment,
    DATABASE_URL: await testDatabase(t),
    DIRECT_UPLOADS: 'true',
    S3_PUBLIC_ENDPOINT: line.url,
    ALLOWED_ORIGINS: origin,
  };
  const server = await startServer(t, settings);
  if (cors) {
    const fixed = await strongroomDoctor(t, folder, { env: settings, words: ['--fix-cors'] });
    assert.match(fixed.stderr, /may send to the bucket now/);
  }
  const strongroom = new Strongroom({ url: server.url, token: server.key });
  const { token } = await strongroom.createGrant({ recordId: 'case-7', actions: ['upload'] });
  html = `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><h1>App</h1>
    <strongroom-uploader record-id="case-7" type="contract"></strongroom-uploader>
    <script type="module">
      import { configure } from '${server.url}/ui/elements/uploader.js';
      configure({ server: '${server.url}', token: '${token}' });
    </script>`;
  const { page, said } = await openPage(t);
  const sent = { service: 0, bucket: 0 };
  page.on('request', (request) => {
    if (request.method() === 'PUT' && request.url().startsWith(line.url)) sent.bucket += 1;
    if (request.method() === 'PATCH') sent.service += 1;
  });
  const path = join(folder, file.name);
  await writeFile(path, file.buffer);
  // Heard from the beginning: a click can overtake the order that choosers are told of.
  page.on('filechooser', (chooser) => void chooser.setFiles(path));
  await page.goto(origin);
  return { page, said, line, sent, strongroom, path };
}

const row = (page: Page) => page.locator('strongroom-uploader .row:not(.left)');

async function assertStored(page: Page, strongroom: Strongroom): Promise<void> {
  await row(page).getByText('Uploaded').waitFor({ timeout: 60_000 });
  const { items } = await strongroom
    .list({ recordId: 'case-7', state: 'receiving,inspecting,available' })
    .page();
  const sha256 = createHash('sha256').update(file.buffer).digest('hex');
  assert.deepEqual(
    items.map((document) => [document.filename, document.state, document.sha256]),
    [['scan.pdf', 'available', sha256]],
  );
}

describe('direct uploads from an app’s page', {
  skip: needs('chromium') || needs('s3') || needs('postgres'),
}, () => {
  it('go into the bucket, stop for a pause, and go on after a reload', async (t) => {
    const { page, said, line, sent, strongroom, path } = await open(t, { cors: true });
    const uploader = page.locator('strongroom-uploader');
    const value = () =>
      row(page)
        .locator('progress')
        .evaluate((bar: HTMLProgressElement) => bar.value);
    await uploader.locator('.browse:enabled').waitFor();
    await line.throttle(6e6);
    await uploader.locator('input.files').setInputFiles(path);
    await until(async () => (await value()) > 4_000_000);
    await uploader.getByRole('button', { name: 'Pause scan.pdf' }).click();
    await row(page).getByText('Paused').waitFor();
    const stood = await value();
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(await value(), stood);
    await uploader.getByRole('button', { name: 'Go on with scan.pdf' }).click();
    // The first to arrive is what is kept.
    await until(async () => {
      const [left] = await page.evaluate(
        () =>
          new Promise<{ sent: number }[]>((resolve) => {
            const opening = indexedDB.open('strongroom');
            opening.onsuccess = () => {
              const all = opening.result.transaction('uploads').objectStore('uploads').getAll();
              all.onsuccess = () => {
                opening.result.close();
                resolve(all.result);
              };
            };
          }),
      );
      return (left?.sent ?? 0) > 0;
    });
    await page.reload();
    await uploader
      .locator('.left')
      .getByText(/^[2-8]\d% of 80 MB stored$/)
      .waitFor();
    await uploader.getByRole('button', { name: 'Choose again: scan.pdf' }).click();
    await row(page).getByText('Continues where it stopped').waitFor();
    await line.pass();
    await assertStored(page, strongroom);
    assert.deepEqual([sent.bucket >= 5, sent.service], [true, 0], 'nothing of it goes through the service');
    await page.close();
    said.splice(0);
  });

  it('go through the service where the bucket does not let the page send', async (t) => {
    const { page, said, sent, strongroom, path } = await open(t, { cors: false });
    await page.locator('strongroom-uploader .browse:enabled').waitFor();
    await page.locator('strongroom-uploader input.files').setInputFiles(path);
    await assertStored(page, strongroom);
    assert.ok(sent.service > 0);
    assert.ok(
      said.some((line) => line.includes('CORS')),
      'the browser says why',
    );
    await page.close();
    said.splice(0);
  });
});
