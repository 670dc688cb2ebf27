/** What a page of another origin can do with a grant, and what it can't, in a browser that holds it to CORS. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { pdf } from '../../server/test/fixtures/make.ts';
import { type Ending, needs, startServer, type TestServer } from '../../server/test/harness.ts';
import { endBrowser, openPage, type TestPage } from './browser.ts';

/** What the page calls the service by: fetch, and XMLHttpRequest, which tells how far an upload is. */
const script = `
  async function call({ url, bytes, ...init }) {
    try {
      const answer = await fetch(url, bytes === undefined ? init : { ...init, body: new Blob([new Uint8Array(bytes)]) });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
    } catch (error) {
      return error.message;
    }
  }
  async function send({ url, headers, file }) {
    const request = new XMLHttpRequest();
    const progress = [];
    request.upload.onprogress = ({ loaded }) => progress.push(loaded);
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    await new Promise((resolve) => {
      request.onloadend = resolve;
      request.send(new Blob([new Uint8Array(file)]));
    });
    return { status: request.status, text: request.responseText, location: request.getResponseHeader('Location'), progress };
  }`;

/** A page with nothing on it, at an origin of its own. */
async function openOrigin(t: Ending): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><title>App</title><script>${script}</script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In the place of a body: so many bytes. */
  readonly bytes?: number;
}

/** A call from the page by fetch; the message where the browser gives it no answer. */
function call(page: Page, url: string, init: Call = {}): Promise<Answer | string> {
  return page.evaluate(`call(${JSON.stringify({ url, ...init })})`);
}

function answered(answer: Answer | string): Answer {
  assert.ok(typeof answer !== 'string', String(answer));
  return answer;
}

/** Takes out what Chromium says of each answer that is a refusal. */
function hushed({ said }: TestPage): void {
  const about = /^error: Failed to load resource: the server responded with a status of 4\d\d/;
  said.splice(0, said.length, ...said.filter((line) => !about.test(line)));
}

describe('a page of another origin', { skip: needs('chromium') }, () => {
  let server: TestServer;
  let [ours, theirs] = ['', ''];
  const undo: (() => unknown)[] = [];
  const ending: Ending = { after: (last) => void undo.unshift(last as () => unknown) };

  before(async () => {
    [ours, theirs] = [await openOrigin(ending), await openOrigin(ending)];
    server = await startServer(ending, { ALLOWED_ORIGINS: `https://app.example.org,${ours}` });
  });
  after(async () => {
    await endBrowser();
    for (const last of undo) await last();
  });

  const grant = async (wanted: object): Promise<string> => {
    const answer = await fetch(`${server.url}/v1/grants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ recordId: 'case', ...wanted }),
    });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { token: string }).token;
  };
  const upload = (recordId = 'case') => `${server.url}/v1/documents?recordId=${recordId}&type=other`;

  test('uploads with progress, lists, reads and links with its grant, and sees the headers it needs', async (t) => {
    const { page } = await openPage(t);
    await page.goto(ours);
    const token = await grant({ actions: ['upload', 'list', 'read', 'link'] });
    const headers = { authorization: `Bearer ${token}` };
    const sending = {
      url: upload(),
      file: [...pdf()],
      headers: {
        ...headers,
        'Idempotency-Key': 'k1',
        'Content-Disposition': "attachment; filename*=UTF-8''brief.pdf",
      },
    };
    const sent = await page.evaluate<{ status: number; text: string; location: string; progress: number[] }>(
      `send(${JSON.stringify(sending)})`,
    );
    assert.equal(sent.status, 201, sent.text);
    const { id, filename } = JSON.parse(sent.text);
    assert.deepEqual([filename, sent.location], ['brief.pdf', `${server.url}/v1/documents/${id}`]);
    assert.equal(sent.progress.at(-1), pdf().length);

    const list = answered(await call(page, `${server.url}/v1/documents?recordId=case`, { headers }));
    assert.deepEqual(
      JSON.parse(list.text).items.map((item: { id: string }) => item.id),
      [id],
    );
    const content = `${server.url}/v1/documents/${id}/content`;
    const part = answered(await call(page, content, { headers: { ...headers, range: 'bytes=0-4' } }));
    assert.deepEqual([part.status, part.text], [206, '%PDF-']);
    for (const name of ['content-range', 'content-disposition', 'etag', 'accept-ranges', 'x-request-id'])
      assert.ok(part.headers[name], `${name} can't be read`);
    const json = { ...headers, 'content-type': 'application/json' };
    const link = answered(
      await call(page, `${server.url}/v1/documents/${id}/links`, {
        method: 'POST',
        headers: json,
        body: '{}',
      }),
    );
    assert.equal(answered(await call(page, JSON.parse(link.text).url)).status, 200);
  });

  test('reads why it is refused, also while it still sends', async (t) => {
    const opened = await openPage(t);
    const { page } = opened;
    await page.goto(ours);
    const headers = {
      authorization: `Bearer ${await grant({ actions: ['upload'], maxSize: 1_000, maxFiles: 1 })}`,
    };
    const codeOf = async (answer: Promise<Answer | string>) => {
      const { status, text } = answered(await answer);
      return `${status} ${JSON.parse(text).code}`;
    };
    const sending = { method: 'POST', headers, bytes: 40_000_000 };
    for (let round = 0; round < 3; round++) {
      assert.equal(await codeOf(call(page, upload(), sending)), '413 too_large');
      assert.equal(await codeOf(call(page, upload('other'), sending)), '403 not_allowed');
      const wrong = { ...sending, headers: { authorization: 'Bearer sg_wrong' } };
      assert.equal(await codeOf(call(page, upload(), wrong)), '401 unauthenticated');
    }
    assert.equal(await codeOf(call(page, `${server.url}/v1/documents`, { headers })), '403 not_allowed');
    assert.equal(await codeOf(call(page, `${server.url}/v1/storage`, { headers })), '403 not_allowed');
    hushed(opened);
  });

  test('gets nothing where its origin is not allowed', async (t) => {
    const opened = await openPage(t);
    const { page, said } = opened;
    await page.goto(theirs);
    const headers = { authorization: `Bearer ${await grant({ actions: ['upload', 'list'] })}` };
    assert.equal(
      await call(page, `${server.url}/v1/documents?recordId=case`, { headers }),
      'Failed to fetch',
    );
    assert.equal(await call(page, `${server.url}/v1/caller`), 'Failed to fetch');
    assert.equal(await call(page, upload(), { method: 'POST', headers, body: 'text' }), 'Failed to fetch');
    assert.equal(await call(page, `${server.url}/l/x`), 'Failed to fetch');
    const asked = said.splice(0).filter((line) => line.includes('blocked by CORS policy'));
    assert.equal(asked.length, 4);
    const list = await fetch(`${server.url}/v1/documents?recordId=case&state=all&type=other`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    for (const item of ((await list.json()) as { items: { filename: string }[] }).items)
      assert.equal(item.filename, 'brief.pdf', 'what it sent was stored');
  });
});
