/** tus-js-client and Uppy in a browser, on a page of another origin that has a grant. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Strongroom } from '@strongroom/client';
import type { Page } from 'playwright-core';
import { backends, startOn } from '../../server/test/acceptance/backends.ts';
import { loseLine, pdfOf } from '../../server/test/acceptance/tus.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { type Ending, needs, type TestServer } from '../../server/test/harness.ts';
import { endBrowser, openPage } from './browser.ts';
import { openApp } from './tus-page.ts';

const MiB = 1024 ** 2;
const size = 4 * MiB;
const file = await pdfOf(size);

after(endBrowser);

interface Sent {
  readonly url: string;
  /** Method, status and the offset that was told. */
  readonly answers: readonly (readonly [string, number, string | undefined])[];
}

for (const backend of backends) {
  describe(`tus clients in a browser, the service on ${backend.name}`, {
    skip: needs('chromium') || backend.missing(),
  }, () => {
    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.unshift(last) };
    let [server, origin, token]: [TestServer | null, string, string] = [null, '', ''];
    let client: Strongroom;

    before(async () => {
      origin = await openApp(ending, file.bytes);
      server = await startOn(ending, backend, { ALLOWED_ORIGINS: origin });
      client = new Strongroom({ url: server.url, token: server.key });
      const grant = await client.createGrant({ recordId: 'case', actions: ['upload'], types: ['contract'] });
      token = grant.token;
    });
    after(async () => {
      for (const last of undo) await last();
    });

    const url = () => server?.url ?? '';
    /** The document that an upload became, once it is as it was sent. */
    const assertKept = async (sent: Sent) => {
      const document = await client.get(sent.url.split('/').at(-1) ?? '');
      const { state, recordId, type, filename, contentType, sha256 } = document;
      assert.deepEqual(
        { state, recordId, type, filename, contentType, sha256 },
        {
          state: 'available',
          recordId: 'case',
          type: 'contract',
          filename: 'a.pdf',
          contentType: 'application/pdf',
          sha256: file.sha256,
        },
      );
    };
    const told = ({ answers }: Sent) => answers.map(([method, status]) => `${method} ${status}`);
    const byTus = (page: Page, wish: object = {}): Promise<Sent> =>
      page.evaluate(
        `sendByTus(${JSON.stringify({ url: url(), token, metadata: { recordId: 'case' }, ...wish })})`,
      );
    const uppyFor = (page: Page, wish: object = {}): Promise<void> =>
      page.evaluate(
        `uppyFor(${JSON.stringify({ url: url(), token, meta: { recordId: 'case', documentType: 'contract' }, ...wish })})`,
      );
    const byUppy = (page: Page): Promise<Sent> => page.evaluate('sendByUppy()');
    const open = async (t: Ending) => {
      const opened = await openPage(t);
      await opened.page.goto(origin);
      return opened;
    };

    test('tus-js-client sends at once, in chunks, and all in one request', async (t) => {
      const { page } = await open(t);
      for (const [options, expected] of [
        [{}, ['POST 201', 'PATCH 204']],
        [{ chunkSize: 2 * MiB }, ['POST 201', 'PATCH 204', 'PATCH 204']],
        [{ uploadDataDuringCreation: true }, ['POST 201']],
        [{ overridePatchMethod: true }, ['POST 201', 'POST 204']],
      ] as const) {
        const sent = await byTus(page, { options });
        assert.deepEqual(told(sent), expected);
        await assertKept(sent);
      }
    });

    test('tus-js-client goes on with the same file after the page was loaded anew', async (t) => {
      const { page } = await open(t);
      await byTus(page, { options: { chunkSize: MiB }, chunks: 2 });
      await page.reload();
      const sent = await byTus(page, { options: { chunkSize: MiB }, resumes: true });
      assert.deepEqual(sent.answers[0], ['HEAD', 200, String(2 * MiB)]);
      assert.equal(sent.answers.length, 3);
      await assertKept(sent);
    });

    test('tus-js-client goes on after a cut line, and ends its upload for good', async (t) => {
      const { page, said } = await open(t);
      const proxy = await TcpProxy.before(t, url());
      const [sent] = await Promise.all([byTus(page, { url: proxy.url }), loseLine(proxy, 2 * MiB)]);
      assertContinued(sent);
      await assertKept(sent);
      expectCut(said);

      const half = await byTus(page, { options: { chunkSize: MiB }, chunks: 1 });
      await page.evaluate('upload.abort(true)');
      const { state } = await client.get(half.url.split('/').at(-1) ?? '');
      assert.equal(state, 'abandoned');
    });

    test('Uppy sends, pauses and resumes', async (t) => {
      const { page } = await open(t);
      await uppyFor(page);
      const whole = await byUppy(page);
      assert.deepEqual(told(whole), ['POST 201', 'PATCH 204']);
      await assertKept(whole);

      await uppyFor(page, { options: { chunkSize: MiB } });
      const paused: Sent = await page.evaluate(`(async () => {
        uppy.once('upload-progress', () => { uppy.pauseAll(); setTimeout(() => uppy.resumeAll(), 200); });
        return sendByUppy();
      })()`);
      assert.ok(told(paused).includes('HEAD 200'), String(told(paused)));
      await assertKept(paused);
    });

    test('Uppy goes on after a cut line, and after the page was loaded anew', async (t) => {
      const { page, said } = await open(t);
      const proxy = await TcpProxy.before(t, url());
      await uppyFor(page, { url: proxy.url });
      const [sent] = await Promise.all([byUppy(page), loseLine(proxy, 2 * MiB)]);
      assertContinued(sent);
      await assertKept(sent);
      expectCut(said);

      await uppyFor(page, { options: { chunkSize: MiB } });
      await page.evaluate(`new Promise((resolve) => {
        uppy.on('upload-progress', (file, { bytesUploaded }) => {
          if (bytesUploaded < ${MiB}) return;
          uppy.pauseAll();
          resolve();
        });
        uppy.upload();
      })`);
      await page.reload();
      await uppyFor(page, { options: { chunkSize: MiB } });
      const again = await byUppy(page);
      assert.equal(again.answers[0]?.[0], 'HEAD');
      assert.ok(Number(again.answers[0]?.[2]) >= MiB, `it stood at ${again.answers[0]?.[2]}`);
      await assertKept(again);
    });

    test('Uppy gives an upload up that is cancelled', async (t) => {
      const { page } = await open(t);
      await uppyFor(page, { options: { chunkSize: MiB } });
      const given: string = await page.evaluate(`new Promise((resolve) => {
        uppy.on('upload-progress', (file, { bytesUploaded }) => {
          if (bytesUploaded < ${MiB}) return;
          const { tus } = uppy.getFile(file.id);
          uppy.cancelAll();
          resolve(tus.uploadUrl);
        });
        uppy.upload();
      })`);
      const look = () => client.get(given.split('/').at(-1) ?? '');
      while ((await look()).state === 'receiving') await sleep(50);
      assert.equal((await look()).state, 'abandoned');
    });
  });
}

/** It asked where it stood, and sent the rest. */
function assertContinued({ answers }: Sent): void {
  const asked = answers.find(([method]) => method === 'HEAD');
  const offset = Number(asked?.[2]);
  assert.ok(offset > MiB && offset < size, `it stood at ${offset}`);
  assert.deepEqual(answers.at(-1), ['PATCH', 204, String(size)]);
}

/** Takes out what Chromium says of a connection that broke. */
function expectCut(said: string[]): void {
  assert.match(said.splice(0).join('\n'), /net::ERR_/);
}
