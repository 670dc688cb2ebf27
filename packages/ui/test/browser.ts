/** Chromium for tests: a page of its own for each test, which fails when the page says anything on its console. */
import assert from 'node:assert/strict';
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core';
import { chromium, type Ending } from '../../server/test/harness.ts';

/** Talks to nobody but the page's own servers, on a machine without a display. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let running: Promise<Browser> | null = null;

/** One browser for all tests of a file; it ends with the process. */
function browser(): Promise<Browser> {
  const executablePath = chromium();
  assert.ok(executablePath, 'Chromium is installed');
  running ??= playwright.launch({ executablePath, args: flags, headless: true });
  return running;
}

/** Ends the browser of this file: in an `after` of every file that opens pages. */
export async function endBrowser(): Promise<void> {
  const ending = running;
  running = null;
  await (await ending)?.close();
}

export interface TestPage {
  readonly page: Page;
  /** What the page said on its console, and what it failed at. A test that expects some takes it out. */
  readonly said: string[];
}

/** A fresh page with nothing in its cookies and caches. When `t` is over it must have said nothing. */
export async function openPage(t: Ending, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await (await browser()).newContext({
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  t.after(async () => {
    await context.close();
    assert.deepEqual(said, [], 'the page says nothing on its console');
  });
  return { page, said };
}

/** Holds uploads of the page to so many bytes a second, on each of its connections. */
export async function slowUploads(page: Page, uploadThroughput: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput,
  });
}
