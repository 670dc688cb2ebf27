/** Pages with elements on them, as an app of the service's own origin would have them; the service itself is real. */
import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { pdf } from '../../server/test/fixtures/make.ts';
import type { Ending } from '../../server/test/harness.ts';
import { openPage, type TestPage } from './browser.ts';

export interface ElementPage {
  readonly server: { readonly url: string; readonly key: string };
  readonly body: string;
  /** A module of the page, after the elements are there. */
  readonly script?: string;
  /** Attributes of the page's root, such as `lang="ar" dir="rtl"`. */
  readonly root?: string;
}

/** Opens a page of the service's origin with `body` in it, whose elements use the service with its key. */
export async function elementPage(
  t: Ending,
  { server, body, script = '', root = 'lang="en"' }: ElementPage,
  options: BrowserContextOptions = {},
): Promise<TestPage> {
  const opened = await openPage(t, options);
  const address = `${server.url}/page-of-a-test`;
  const html = `<!doctype html><html ${root}><head><meta charset="utf-8"><title>Test</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
    <style>body { margin: 16px } @media (prefers-color-scheme: dark) { body { background: #16191f } }</style>
    <script type="module">
      import * as ui from '/ui/elements/index.js';
      ui.configure({ token: ${JSON.stringify(server.key)} });
      window.ui = ui;
      window.heard = [];
      for (const name of ${JSON.stringify(eventNames)}) addEventListener('strongroom-' + name, ({ detail }) => heard.push({ name, detail }));
      ${script}
    </script></head><body><main><h1>Test</h1>${body}</main></body></html>`;
  await opened.page.route(address, (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  );
  await opened.page.goto(address);
  return opened;
}

const eventNames = [
  'uploaded',
  'failed',
  'removed',
  'archived',
  'unarchived',
  'restored',
  'changed',
  'open',
  'selection',
  'sorted',
  'loaded',
];

/** The names of the events that the page has heard so far. */
export function heard(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    (window as unknown as { heard: { name: string }[] }).heard.map(({ name }) => name),
  );
}

export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A PDF, of at least `bytes` bytes: what follows a PDF's end does not matter. */
export function pdfFile(name: string, bytes = 0): TestFile {
  const head = pdf();
  const buffer = Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length), '\n')]);
  return { name, mimeType: 'application/pdf', buffer };
}

/** Drops files, or what `entries` stands for, on an element, as the system's file manager does. */
export async function drop(page: Page, selector: string, files: readonly TestFile[]): Promise<void> {
  const given = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    bytes: buffer.toString('base64'),
  }));
  const data = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, bytes } of all) {
      const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([raw], name, { type: mimeType }));
    }
    return transfer;
  }, given);
  const target = page.locator(selector);
  await target.dispatchEvent('dragenter', { dataTransfer: data });
  await target.dispatchEvent('dragover', { dataTransfer: data });
  await target.dispatchEvent('drop', { dataTransfer: data });
}

/** Takes what the browser itself says of refused requests out of what the page said; that of `statuses` must be all. */
export function expectRefusals(said: string[], ...statuses: number[]): void {
  const refusals = said
    .splice(0)
    .map((line) => Number(/status of (\d+)/.exec(line)?.[1] ?? assert.fail(line)));
  assert.deepEqual(refusals.toSorted(), statuses.toSorted());
}

/** What has the focus, by the name it is called. */
export function activeName(): string {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.getAttribute('aria-label') ?? active?.textContent?.trim() ?? '';
}

/** Resolves once `holds`. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
