/** Uploads that stop and go on, in Chromium, against the real service on both backends. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { PutBucketCorsCommand } from '@aws-sdk/client-s3';
import type { Progress, RunningUpload, Strongroom, UploadOptions, UploadState } from '@strongroom/client';
import { diskAndSqlite, s3AndPostgres } from '../../server/test/acceptance/backends.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { type Ending, needs, raceFreePort } from '../../server/test/harness.ts';
import { endBrowser, type TestPage } from '../../ui/test/browser.ts';
import { clientPage, type Window as Prepared, prepare } from './client-page.ts';
import { directHouse } from './direct-house.ts';

after(endBrowser);

type Page = TestPage['page'];

/** What an upload in the page has told so far. */
interface Told {
  readonly states: UploadState[];
  readonly progress: Progress[];
  from: number | null;
  /** Of the document; or the error's code. */
  end: string | null;
}

type Window = Prepared & { upload: RunningUpload; told: Told };

const [mega, rate] = [1_000_000, 6_000_000];
const size = 12 * mega;
const sha256 = digest(size);

/** Of what `file` in the page makes. */
function digest(bytes: number): string {
  const text = '0123456789abcdef'.repeat(Math.ceil(bytes / 16)).slice(0, bytes);
  return createHash('sha256').update(text).digest('hex');
}

/** Begins to upload the file in the page, which keeps what it tells. */
function begin(
  page: Page,
  { bytes = size, ...options }: Partial<UploadOptions> & { bytes?: number } = {},
): Promise<void> {
  return page.evaluate(
    ({ bytes, options }) => {
      const window = globalThis as unknown as Window;
      const told: Told = { states: [], progress: [], from: null, end: null };
      const upload = window.strongroom.startUpload(window.file(bytes), {
        ...{ recordId: 'inquiry-1', type: 'other', transport: 'tus', chunkSize: 2 ** 20, ...options },
        onState: (state) => void told.states.push(state),
        onProgress: (progress) => void told.progress.push(progress),
        onContinued: (from) => {
          told.from = from;
        },
      });
      upload.done.then(
        ({ sha256, state }) => {
          told.end = `${state} ${sha256}`;
        },
        ({ code }) => {
          told.end = code;
        },
      );
      Object.assign(window, { upload, told });
    },
    { bytes, options },
  );
}

const sent = (page: Page, bytes: number) =>
  page.waitForFunction(
    (bytes) => ((globalThis as unknown as Window).told.progress.at(-1)?.sent ?? 0) >= bytes,
    bytes,
  );

async function ended(page: Page): Promise<Told> {
  await page.waitForFunction(() => (globalThis as unknown as Window).told.end !== null, null, {
    timeout: 60_000,
  });
  const told = await page.evaluate(() => (globalThis as unknown as Window).told);
  const all = told.progress.map((each) => each.sent);
  assert.deepEqual(
    all,
    all.toSorted((a, b) => a - b),
  );
  return told;
}

/** What is kept of uploads that stopped, and the states of their documents but for what was given up. */
function left(page: Page): Promise<{ places: number; states: string[] }> {
  return page.evaluate(async () => {
    const { strongroom } = globalThis as unknown as { strongroom: Strongroom };
    const states: string[] = [];
    for await (const { state } of strongroom.list({ state: 'all' })) states.push(state);
    const places = (await strongroom.unfinishedUploads()).length;
    return { places, states: states.filter((state) => state !== 'abandoned') };
  });
}

const one = { places: 0, states: ['available'] };

for (const backend of [diskAndSqlite, s3AndPostgres])
  describe(`an upload that goes on in a browser, on ${backend.name}`, {
    skip: needs('chromium') || backend.missing(),
    concurrency: 2,
  }, () => {
    /** A service on a slow line, and a page with a client there. */
    async function house(t: Ending, more: object = {}) {
      const settings = { ...(await backend.prepare(t)), PORT: String(await raceFreePort()) };
      const server = await backend.start(t, settings);
      const proxy = await TcpProxy.before(t, server.url);
      await proxy.throttle(rate);
      const options = { token: server.key, more };
      const page = await clientPage(t, proxy.url, options);
      const restart = () => backend.start(t, { ...settings, STRONGROOM_API_KEY: server.key });
      return { server, restart, proxy, page, reload: () => prepare(page, proxy.url, options) };
    }

    it('goes on where it stopped when the page was reloaded', async (t) => {
      const { proxy, page, reload } = await house(t);
      await begin(page);
      await sent(page, 4 * mega);
      await reload();
      const kept = await page.evaluate(async () => {
        const [one] = await (globalThis as unknown as Window).strongroom.unfinishedUploads();
        return one && { ...one, forget: null };
      });
      assert.deepEqual(
        [kept?.recordId, kept?.type, kept?.filename, kept?.size],
        ['inquiry-1', 'other', 'letter.txt', size],
      );
      await begin(page);
      const told = await ended(page);
      assert.deepEqual([told.end, told.states.at(-1)], [`available ${sha256}`, 'done']);
      assert.ok((told.from ?? 0) >= 2 * mega, `from ${told.from}`);
      assert.ok((told.progress[0]?.sent ?? 0) >= (told.from ?? size), 'it begins at what is stored');
      assert.ok(proxy.passed.up < size + 4 * mega, `${proxy.passed.up} bytes went`);
      assert.deepEqual(await left(page), one);
    });

    it('goes on when the service was killed and started again', async (t) => {
      const { server, restart, page } = await house(t);
      await begin(page);
      await sent(page, 4 * mega);
      await server.kill();
      await restart();
      assert.equal((await ended(page)).end, `available ${sha256}`);
      assert.deepEqual(await left(page), one);
    });

    it('waits for the network, however long it is away, and for who paused it', async (t) => {
      const { page } = await house(t, { retries: 1 });
      await begin(page);
      await sent(page, 3 * mega);
      await page.context().setOffline(true);
      // Longer than both attempts take.
      await page.waitForTimeout(3_000);
      assert.equal(await page.evaluate(() => (globalThis as unknown as Window).told.end), null);
      await page.context().setOffline(false);
      await sent(page, 6 * mega);
      const paused = await page.evaluate(() => {
        const { upload, told } = globalThis as unknown as Window;
        upload.pause();
        return { state: upload.state, pausable: upload.pausable, count: told.progress.length };
      });
      assert.deepEqual([paused.state, paused.pausable], ['paused', true]);
      await page.waitForTimeout(500);
      const count = await page.evaluate(() => (globalThis as unknown as Window).told.progress.length);
      assert.equal(count, paused.count, 'nothing is sent meanwhile');
      await page.evaluate(() => (globalThis as unknown as Window).upload.resume());
      const told = await ended(page);
      assert.deepEqual(told.states, [
        'sending',
        'waiting',
        'sending',
        'paused',
        'sending',
        'finishing',
        'done',
      ]);
      assert.ok(told.progress.length > 10, 'each chunk tells of its bytes');
      assert.equal(told.end, `available ${sha256}`);
    });

    it('takes a new line when the one that it has carries nothing any more', async (t) => {
      const { page, proxy } = await house(t);
      await page.clock.install();
      const bytes = 40 * mega;
      await begin(page, { bytes, chunkSize: bytes });
      await sent(page, 3 * mega);
      await proxy.hold('up');
      const states = () => page.evaluate(() => (globalThis as unknown as Window).told.states);
      // What has left already may fill buffers on its way for a moment. An answer is waited for for two minutes.
      for (let left = 20; left > 0 && !(await states()).includes('waiting'); left--) {
        await page.clock.fastForward(5_000);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.ok((await states()).includes('waiting'));
      await proxy.pass();
      await page.clock.resume();
      assert.equal((await ended(page)).end, `available ${digest(bytes)}`);
    });

    it('leaves nothing when it is cancelled', async (t) => {
      const { page, proxy } = await house(t);
      await begin(page);
      await sent(page, 3 * mega);
      await page.evaluate(() => (globalThis as unknown as Window).upload.cancel());
      assert.equal((await ended(page)).end, 'aborted');
      await proxy.pass();
      assert.deepEqual(await left(page), { places: 0, states: [] });
    });

    it('has one winner of two tabs with the same file, and no byte is mixed', async (t) => {
      const { page, proxy, server } = await house(t);
      const other = await page.context().newPage();
      await prepare(other, proxy.url, { token: server.key });
      await begin(page, { chunkSize: size });
      await sent(page, 3 * mega);
      assert.deepEqual((await left(other)).places, 0, 'what goes on in another tab is not offered');
      await begin(other, { chunkSize: size });
      const ends = (await Promise.all([ended(page), ended(other)])).map(({ end }) => end).toSorted();
      assert.deepEqual(ends, [`available ${sha256}`, 'upload_taken_over']);
      assert.deepEqual(await left(page), one);
    });
  });

describe('an upload straight to the bucket in a browser', {
  skip: needs('chromium') || needs('s3') || needs('postgres'),
}, () => {
  const direct = { transport: 'auto', chunkSize: undefined } as const;

  it('goes on after a reload, with fresh URLs where those that it has are over', async (t) => {
    const { bucket, key, store, service } = await directHouse(t);
    const CORSRules = [
      { AllowedOrigins: [new URL(service.url).origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'] },
    ];
    const rules = { Bucket: bucket.bucket, CORSConfiguration: { CORSRules } };
    await bucket.client.send(new PutBucketCorsCommand(rules));
    const page = await clientPage(t, service.url, { token: key });
    await store.throttle(rate);
    const options = { ...direct, bytes: 4 * 2 ** 24 + 5 };
    await begin(page, { ...options, parallel: 2 });
    await sent(page, 2.5 * 2 ** 24);
    await prepare(page, service.url, { token: key });
    await store.pass();
    const refused =
      'HTTP/1.1 403 Forbidden\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    await store.answer(refused, { once: true, to: /^PUT / });
    await begin(page, options);
    const told = await ended(page);
    assert.deepEqual([told.end, store.answers], [`available ${digest(options.bytes)}`, 1]);
    assert.equal((told.from ?? 0) % 2 ** 24, 0);
    assert.ok((told.from ?? 0) >= 2 ** 24, `from ${told.from}`);
    assert.ok(service.passed.up < 200_000, 'no byte of it went to the service');
    assert.deepEqual(await left(page), one);
  });

  it('goes around by tus where the bucket lets no page send to it', async (t) => {
    const { key, service } = await directHouse(t);
    const page = await clientPage(t, service.url, { token: key });
    await begin(page, direct);
    const told = await ended(page);
    assert.equal(told.end, `available ${sha256}`);
    assert.equal(await page.evaluate(() => (globalThis as unknown as Window).upload.transport), 'tus');
    assert.deepEqual(await left(page), one);
  });
});
