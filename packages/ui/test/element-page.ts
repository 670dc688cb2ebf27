/** Pages with elements on them, as an app of the service's own origin would have them; the service itself is real. */
import type { BrowserContextOptions } from 'playwright-core';
import type { Ending, TestServer } from '../../server/test/harness.ts';
import { openPage, type TestPage } from './browser.ts';

export interface ElementPage {
  readonly server: Pick<TestServer, 'url' | 'key'>;
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
      import { configure, setWords } from '/ui/elements/index.js';
      configure({ token: ${JSON.stringify(server.key)} });
      window.setWords = setWords;
      window.heard = [];
      for (const name of ['uploaded', 'failed', 'removed', 'archived', 'unarchived', 'restored', 'open', 'selection', 'loaded'])
        addEventListener('strongroom-' + name, (event) => heard.push({ name, detail: event.detail }));
      ${script}
    </script></head><body>${body}</body></html>`;
  await opened.page.route(address, (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  );
  await opened.page.goto(address);
  return opened;
}
