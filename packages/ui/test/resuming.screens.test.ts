/** `<strongroom-uploader>` over broken lines, restarts, reloads and pauses, in Chromium against the real service. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Strongroom } from '@strongroom/client';
import type { FileChooser, Page } from 'playwright-core';
import { backends } from '../../server/test/acceptance/backends.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { type Ending, needs, raceFreePort, testFolder } from '../../server/test/harness.ts';
import { assertAccessible } from './axe.ts';
import { endBrowser } from './browser.ts';
import { activeName, elementPage, pdfFile, type TestFile, until } from './element-page.ts';

after(endBrowser);

/** Three requests. What the line has still under way when a page is left is less than the last two. */
const large = 20 * 2 ** 20;
const key = 'a-key-of-these-tests-alone-0123456789';

/** A PDF whose every part is different: bytes that are lost, doubled or swapped show in its digest. */
function scan(name: string, seed = 1, bytes = large): TestFile {
  const file = pdfFile(name, bytes);
  for (let at = 2048; at + 4 <= bytes; at += 4096) file.buffer.writeUInt32LE(at * seed, at);
  return file;
}

const folder = await testFolder({ after });

/** As a user has it: chosen again it has the time at which it was changed last. */
async function onDisk({ name, buffer }: TestFile): Promise<string> {
  const path = join(folder, sha256(buffer), name);
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, buffer);
  return path;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

for (const backend of backends) {
  describe(`uploads that go on, on ${backend.name}`, {
    skip: needs('chromium') || backend.missing(),
  }, async () => {
    const settings = {
      ...(await backend.prepare({ after })),
      PORT: String(await raceFreePort()),
      STRONGROOM_API_KEY: key,
    };
    // An after() that is called in a test would end with it.
    const endings: (() => unknown)[] = [];
    const suite: Ending = { after: (undo) => void endings.unshift(undo) };
    after(async () => {
      for (const undo of endings) await undo();
    });
    let server = await backend.start(suite, settings);
    const strongroom = new Strongroom({ url: server.url, token: key });

    const uploader = (page: Page) => page.locator('strongroom-uploader');
    const row = (page: Page) => uploader(page).locator('.row:not(.left)');
    const left = (page: Page) => uploader(page).locator('.left');
    const sent = async (page: Page) =>
      Number(
        await row(page)
          .locator('progress')
          .evaluate((bar: HTMLProgressElement) => bar.value),
      );
    const choose = async (page: Page, file: TestFile) => {
      await uploader(page).locator('.browse:enabled').waitFor();
      await uploader(page)
        .locator('input.files')
        .setInputFiles(await onDisk(file));
    };
    /** The page of a record, behind a line that carries so many bytes a second. */
    const open = async (t: Ending, recordId: string, { rate = 6e6, attributes = '' } = {}) => {
      const proxy = await TcpProxy.before(t, server.url);
      await proxy.throttle(rate);
      const { page, said } = await elementPage(t, {
        server: { url: proxy.url, key },
        body: `<strongroom-uploader record-id="${recordId}" type="contract" ${attributes}></strongroom-uploader>`,
      });
      // Heard from the beginning: a click can overtake the order that choosers are told of.
      let choose = async (_chooser: FileChooser): Promise<void> => assert.fail('nothing is to be chosen');
      page.on('filechooser', (chooser) => choose(chooser));
      const chooseAgain = async (name: string, file: TestFile, meanwhile = async () => {}) => {
        const { promise: chosen, resolve } = Promise.withResolvers<void>();
        choose = async (chooser) => {
          await meanwhile();
          await chooser.setFiles(await onDisk(file));
          resolve();
        };
        await uploader(page)
          .getByRole('button', { name: `Choose again: ${name}` })
          .click();
        await chosen;
      };
      return { page, said, proxy, chooseAgain };
    };
    /** Every document of the record that is not given up. */
    const all = async (recordId: string) =>
      (await strongroom.list({ recordId, state: 'receiving,inspecting,available' }).page()).items;
    const assertStored = async (page: Page, recordId: string, { name, buffer }: TestFile) => {
      await row(page).getByText('Uploaded').waitFor({ timeout: 60_000 });
      const [stored, ...others] = await all(recordId);
      assert.deepEqual(
        [stored?.filename, stored?.state, stored?.size, stored?.sha256, others],
        [name, 'available', buffer.length, sha256(buffer), []],
      );
    };

    /** What the browser says of a line that was broken on purpose is no news. */
    const leave = async (page: Page, said: string[]) => {
      await page.close();
      said.splice(0);
    };

    it('stops for a pause, with the keyboard alone, and goes on', async (t) => {
      const file = scan('pause.pdf');
      const { page, said } = await open(t, 'pause');
      await choose(page, file);
      const pause = uploader(page).getByRole('button', { name: 'Pause pause.pdf' });
      await pause.waitFor();
      await until(async () => (await sent(page)) > 2_000_000);
      await pause.focus();
      await page.keyboard.press('Enter');
      await row(page).getByText('Paused').waitFor();
      assert.equal(await page.evaluate(activeName), 'Go on with pause.pdf');
      await uploader(page).getByRole('status').getByText('pause.pdf is paused.').waitFor();
      const stood = await sent(page);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert.equal(await sent(page), stood, 'no byte goes while it is paused');
      await assertAccessible(page, 'a paused upload');
      await page.keyboard.press('Enter');
      await until(async () => (await sent(page)) > stood);
      assert.equal(await page.evaluate(activeName), 'Pause pause.pdf');
      await assertStored(page, 'pause', file);
      assert.deepEqual(said, []);
      await leave(page, said);
    });

    it('goes on by itself when the line was cut, and says meanwhile what it waits for', async (t) => {
      const file = scan('cut.pdf');
      const { page, said, proxy } = await open(t, 'cut');
      await choose(page, file);
      await until(async () => (await sent(page)) > 9_000_000);
      await proxy.refuse();
      await row(page).getByText('The connection broke. Trying again').waitFor();
      await proxy.throttle(20e6);
      await assertStored(page, 'cut', file);
      await leave(page, said);
    });

    it('waits while the device is offline, and goes on when it is back', async (t) => {
      const file = scan('offline.pdf');
      const { page, said } = await open(t, 'offline');
      await choose(page, file);
      await until(async () => (await sent(page)) > 2_000_000);
      await page.context().setOffline(true);
      await row(page).getByText('You are offline. It goes on when you are back.').waitFor();
      await page.context().setOffline(false);
      await assertStored(page, 'offline', file);
      await leave(page, said);
    });

    it('goes on after the service was killed and started again', async (t) => {
      const file = scan('killed.pdf');
      const { page, said } = await open(t, 'killed');
      await choose(page, file);
      await until(async () => (await sent(page)) > 9_000_000);
      await server.kill();
      await row(page)
        .getByText(/Trying again/)
        .waitFor();
      server = await backend.start(suite, settings);
      await assertStored(page, 'killed', file);
      await leave(page, said);
    });

    it('names what was left when the page is opened again, and goes on with the same file alone', async (t) => {
      const file = scan('left.pdf');
      const { page, said, proxy, chooseAgain } = await open(t, 'left');
      const asks = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
      await choose(page, file);
      await until(async () => (await sent(page)) > 9_000_000);
      assert.equal(await asks(), false, 'nothing is lost by leaving');
      await page.reload();
      await uploader(page).getByText('An upload was not finished').waitFor();
      await left(page)
        .getByText(/^[45]\d% of 20 MB stored$/)
        .waitFor();
      await uploader(page)
        .getByRole('status')
        .getByText('The upload of left.pdf was not finished.')
        .waitFor();
      await assertAccessible(page, 'an upload that was left');

      await chooseAgain('left.pdf', scan('other.pdf'));
      await uploader(page).getByText('“other.pdf” is not the file that was left').first().waitFor();
      assert.equal(await row(page).count(), 0);
      assert.equal((await all('left')).length, 1);

      const before = proxy.passed.up;
      await chooseAgain('left.pdf', file);
      await row(page).getByText('Continues where it stopped').waitFor();
      assert.equal(await left(page).count(), 0);
      assert.match(await page.evaluate(activeName), /left\.pdf$/, 'the focus goes to its row');
      await assertStored(page, 'left', file);
      assert.ok(proxy.passed.up - before < 13_500_000, 'what is stored is not sent again');
      assert.equal(await uploader(page).getByText('was not finished').count(), 0);
      await leave(page, said);
    });

    it('sends another file of the same name and size as one of its own', async (t) => {
      const { page, said, chooseAgain } = await open(t, 'changed');
      await choose(page, scan('same.pdf', 1));
      await until(async () => (await sent(page)) > 9_000_000);
      await page.reload();
      await left(page).waitFor();
      const other = scan('same.pdf', 3);
      await chooseAgain('same.pdf', other);
      await row(page).getByText('Uploaded').waitFor({ timeout: 60_000 });
      const stored = (await all('changed')).filter(({ state }) => state === 'available');
      assert.deepEqual(
        stored.map(({ sha256 }) => sha256),
        [sha256(other.buffer)],
      );
      await leave(page, said);
    });

    it('brings nothing that was left to another record, which the page shows since', async (t) => {
      const file = pdfFile('moved.pdf', 50_000);
      const { page, said, chooseAgain } = await open(t, 'first');
      const url = new URL(page.url()).origin;
      await page.evaluate(
        async ({ url, filename, size }) => {
          const now = new Date().toISOString();
          const of = { url, recordId: 'first', type: 'contract', filename, size, transport: 'tus' };
          const none = { id: null, sent: 0, prefix: { bytes: 0, hash: '' }, expiresAt: null };
          const opening = indexedDB.open('strongroom', 1);
          opening.onupgradeneeded = () =>
            opening.result.createObjectStore('uploads', { keyPath: 'fingerprint' });
          await new Promise((resolve) => {
            opening.onsuccess = resolve;
          });
          const places = opening.result.transaction('uploads', 'readwrite').objectStore('uploads');
          const kept = places.put({ ...of, ...none, fingerprint: '1', idempotencyKey: '1', createdAt: now });
          await new Promise((resolve) => {
            kept.onsuccess = resolve;
          });
          opening.result.close();
        },
        { url, filename: file.name, size: file.buffer.length },
      );
      await page.reload();
      await left(page).waitFor();
      const show = (recordId: string) =>
        page.evaluate(
          (recordId) => document.querySelector('strongroom-uploader')?.setAttribute('record-id', recordId),
          recordId,
        );
      await chooseAgain('moved.pdf', file, () => show('second'));
      await left(page).waitFor({ state: 'detached' });
      await show('first');
      await left(page).waitFor();
      assert.equal(await row(page).count(), 0);
      await chooseAgain('moved.pdf', file);
      await assertStored(page, 'first', file);
      assert.deepEqual(await all('second'), []);
      await leave(page, said);
    });

    it('leaves nothing when what was left is forgotten, nor when it is cancelled', async (t) => {
      const { page, said } = await open(t, 'forget');
      await choose(page, scan('forget.pdf'));
      await until(async () => (await sent(page)) > 9_000_000);
      await page.reload();
      await uploader(page).getByRole('button', { name: 'Forget forget.pdf' }).click();
      await left(page).waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(activeName), 'Choose a file');
      await until(async () => (await all('forget')).length === 0);
      await page.reload();
      await choose(page, scan('cancel.pdf'));
      await until(async () => (await sent(page)) > 9_000_000);
      await uploader(page).getByRole('button', { name: 'Cancel cancel.pdf' }).click();
      await row(page).getByText('Cancelled. Nothing was kept.').waitFor();
      await until(async () => (await all('forget')).length === 0);
      await page.reload();
      await uploader(page).locator('.browse:enabled').waitFor();
      assert.equal(await left(page).count(), 0);
      await leave(page, said);
    });

    it('keeps no note of it with no-resume, and asks before the page is left', async (t) => {
      const { page, said } = await open(t, 'shared', { attributes: 'no-resume' });
      const asks = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
      await choose(page, scan('shared.pdf'));
      await until(async () => (await sent(page)) > 9_000_000);
      assert.equal(await asks(), true);
      page.once('dialog', (dialog) => void dialog.accept());
      await page.reload();
      await uploader(page).locator('.browse:enabled').waitFor();
      await page.evaluate(() => document.querySelector('strongroom-uploader')?.removeAttribute('no-resume'));
      assert.equal(await left(page).count(), 0);
      assert.deepEqual(
        await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)),
        [],
      );
      await leave(page, said);
    });
  });
}
