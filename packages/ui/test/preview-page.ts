/** Pages that show one document, on a real service. */
import assert from 'node:assert/strict';
import type { Frame, FrameLocator, Page } from 'playwright-core';
import type { Ending, TestServer } from '../../server/test/harness.ts';
import { type ElementPage, elementPage } from './element-page.ts';

type Service = Pick<TestServer, 'url' | 'key'>;

interface Stored {
  readonly recordId?: string;
  readonly type?: string;
  readonly metadata?: object;
}

/** Stores a document; its id. */
export async function stored(
  { url, key }: Service,
  bytes: Buffer,
  filename: string,
  { recordId = 'case-1', type = 'contract', metadata = {} }: Stored = {},
): Promise<string> {
  const query = new URLSearchParams({ recordId, type, filename, metadata: JSON.stringify(metadata) });
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${url}/v1/documents?${query}`, {
    method: 'POST',
    headers,
    body: new Uint8Array(bytes),
  });
  const told = (await answer.json()) as { id?: string };
  return told.id ?? assert.fail(`${filename} is not stored: ${JSON.stringify(told)}`);
}

export interface ShownPage {
  readonly page: Page;
  readonly said: string[];
  /** In the frame of the preview. */
  readonly inside: FrameLocator;
  /** URLs of all that was asked for, this page itself left out. */
  readonly asked: string[];
  frame(): Frame;
}

/** A page with the preview of a document on it, or with `body`. */
export async function previewPage(
  t: Ending,
  server: Service,
  id: string,
  more: Partial<ElementPage> & { readonly before?: (page: Page) => Promise<unknown> } = {},
): Promise<ShownPage> {
  const body = `<main><h1>A document</h1><strongroom-preview document-id="${id}"></strongroom-preview><button>Behind</button></main>`;
  const { page, said } = await elementPage(t, { server, ...more, body: '' });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await more.before?.(page);
  await page.evaluate(`document.body.innerHTML = ${JSON.stringify(more.body ?? body)}`);
  return {
    page,
    said,
    asked,
    inside: page.frameLocator('strongroom-preview iframe'),
    frame: () => page.frames()[1] ?? assert.fail('there is a frame'),
  };
}

/** Shows another document in the preview of a page. */
export async function showInstead(page: Page, id: string): Promise<void> {
  await page.evaluate(`document.querySelector('strongroom-preview').documentId = '${id}'`);
}
