/** The elements in a page of another origin, with a grant: they can do what it says, and offer nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { Strongroom } from '@strongroom/client';
import { backends, startOn } from '../../server/test/acceptance/backends.ts';
import { type Ending, needs } from '../../server/test/harness.ts';
import { endBrowser, openPage } from './browser.ts';
import { drop, expectRefusals, pdfFile, until } from './element-page.ts';

after(endBrowser);

/** An app's own server, which gives out one page; its origin. */
async function app(t: Ending, page: () => string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return response.writeHead(204).end();
    return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page());
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const backend of backends) {
  describe(`an app's page, the service on ${backend.name}`, {
    skip: needs('chromium') || backend.missing(),
  }, () => {
    it('does what its grant says, and nothing else', async (t) => {
      let html = '';
      const origin = await app(t, () => html);
      const server = await startOn(t, backend, { ALLOWED_ORIGINS: origin });
      const backendOfApp = new Strongroom({ url: server.url, token: server.key });
      const { token } = await backendOfApp.createGrant({
        recordId: 'case-7',
        actions: ['upload', 'list', 'read'],
        types: ['id'],
        maxFiles: 2,
      });
      const full = await backendOfApp.createGrant({
        recordId: 'case-7',
        actions: ['list', 'read', 'link', 'archive', 'delete', 'restore'],
      });
      html = `<!doctype html><html lang="en"><title>App</title><h1>App</h1>
        <strongroom-uploader record-id="case-7" multiple></strongroom-uploader>
        <strongroom-documents id="granted" record-id="case-7"></strongroom-documents>
        <strongroom-documents id="other" record-id="case-8"></strongroom-documents>
        <strongroom-documents id="full" record-id="case-7" token="${full.token}"></strongroom-documents>
        <script type="module">
          import { configure } from '${server.url}/ui/elements/index.js';
          configure({ server: '${server.url}', token: async () => '${token}' });
        </script>`;
      const { page, said } = await openPage(t);
      await page.goto(origin);
      const uploader = page.locator('strongroom-uploader');
      const granted = page.locator('#granted');
      await uploader.getByText('PDF, JPEG, PNG, WebP, HEIC, or TIFF, up to 100 MB · up to 2 files').waitFor();
      await page.locator('#other [part=error], #other .empty').waitFor();
      said.splice(0);

      const file = pdfFile('Ausweis ü.pdf', 400_000);
      await uploader.locator('input.files').setInputFiles(file as never);
      await drop(page, 'strongroom-uploader', [pdfFile('two.pdf')]);
      await granted.locator('.rows > .row').nth(1).waitFor();
      const offered = granted.locator('.rows').getByRole('button', { name: /Ausweis/ });
      assert.deepEqual(
        await offered.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label'))),
        ['Open Ausweis ü.pdf', 'Preview: Ausweis ü.pdf', 'Download: Ausweis ü.pdf'],
      );
      for (const [id, name] of [
        ['granted', 'a grant to read'],
        ['full', 'a grant to link'],
      ] as const) {
        const downloading = page.waitForEvent('download');
        await page.locator(`#${id}`).getByRole('button', { name: 'Download: Ausweis ü.pdf' }).click();
        const bytes = await readFile(await (await downloading).path());
        assert.deepEqual(sha256(bytes), sha256(file.buffer), name);
      }

      const theirs = page.locator('#full');
      await theirs.getByRole('button', { name: 'Archive: two.pdf' }).click();
      await granted.locator('.badge', { hasText: 'Archived' }).waitFor();
      await theirs.getByRole('button', { name: 'Delete: two.pdf' }).click();
      await theirs
        .getByRole('dialog')
        .getByText(/until|has none/)
        .waitFor();
      await theirs.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await until(async () => (await granted.locator('.rows > .row').count()) === 1);
      const { items } = await backendOfApp.list({ recordId: 'case-7', state: 'all' }).page();
      assert.deepEqual(items.map(({ filename, state }) => `${filename} ${state}`).toSorted(), [
        'Ausweis ü.pdf available',
        'two.pdf deleted',
      ]);

      await page.reload();
      await uploader.locator('.browse:enabled').waitFor();
      said.splice(0);
      await uploader.locator('input.files').setInputFiles(pdfFile('three.pdf') as never);
      await uploader
        .locator('.status')
        .getByText('At most 2 documents may be handed in here, and they have been.')
        .waitFor();
      expectRefusals(said, 403);
    });
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
