import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openDoors } from '../../test/doors/open-doors.ts';
import type { Described } from './docs/described.ts';
import { html, words } from './docs/markup.ts';

test('/openapi.json needs no key, names this service as its server, and is asked for again by its ETag', async (t) => {
  const { url } = await openDoors(t);
  const answer = await fetch(`${url}/openapi.json`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  const described = (await answer.json()) as { openapi: string; servers: unknown; paths: object };
  assert.match(described.openapi, /^3\.1\./);
  assert.deepEqual(described.servers, [{ url }]);
  assert.ok('/v1/documents' in described.paths);

  const etag = answer.headers.get('etag') ?? '';
  for (const [tags, status] of [
    [etag, 304],
    [`"other", W/${etag}`, 304],
    ['"other"', 200],
  ] as const) {
    const again = await fetch(`${url}/openapi.json`, { headers: { 'if-none-match': tags } });
    assert.equal(again.status, status, tags);
    assert.equal(again.headers.get('etag'), etag);
  }
});

test('/openapi.json follows the public address', async (t) => {
  let publicUrl = 'https://one.example';
  const { url } = await openDoors(t, { publicUrl: () => publicUrl });
  const served = async () => {
    const answer = await fetch(`${url}/openapi.json`);
    return [((await answer.json()) as { servers: unknown }).servers, answer.headers.get('etag')] as const;
  };
  const [first, tag] = await served();
  publicUrl = 'https://two.example';
  const [second, other] = await served();
  assert.deepEqual([first, second], [[{ url: 'https://one.example' }], [{ url: 'https://two.example' }]]);
  assert.notEqual(tag, other);
});

const matches = (text: string, form: RegExp) => [...text.matchAll(form)].map(([, found = '']) => found);

test('/docs is one page without scripts, and its policy lets in its own style alone', async (t) => {
  const { url } = await openDoors(t);
  const answer = await fetch(`${url}/docs`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
  const page = await answer.text();
  const [style = ''] = matches(page, /<style>(.*?)<\/style>/gs);
  const hash = createHash('sha256').update(style).digest('base64');
  assert.equal(
    answer.headers.get('content-security-policy'),
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|\sstyle=|\son\w+=/);
  assert.doesNotMatch(style, /url\(|@import|@font-face/);
  const etag = answer.headers.get('etag') ?? '';
  assert.equal((await fetch(`${url}/docs`, { headers: { 'if-none-match': etag } })).status, 304);
});

test('/docs has a place for every call, shape, problem and header, and each of its links leads to one', async (t) => {
  const { url } = await openDoors(t);
  const page = await (await fetch(`${url}/docs`)).text();
  const described = (await (await fetch(`${url}/openapi.json`)).json()) as Described;
  const ids = matches(page, /\sid="([^"]+)"/g);
  assert.deepEqual(ids.toSorted(), [...new Set(ids)].toSorted());
  const links = new Set(matches(page, /href="([^"]*)"/g));
  assert.deepEqual(
    [...links].filter((link) => !link.startsWith('#')),
    ['/openapi.json'],
  );
  for (const link of links) assert.ok(link === '/openapi.json' || ids.includes(link.slice(1)), link);
  const calls = Object.values(described.paths).flatMap((methods) => Object.values(methods));
  const expected = [
    ...calls.map(({ operationId }) => operationId),
    ...Object.keys(described.components.examples).map((code) => `problem-${code}`),
    ...Object.keys(described.components.headers).map((name) => `header-${name.replace('-sometimes', '')}`),
  ];
  for (const id of expected) assert.ok(ids.includes(id), id);
  assert.ok(page.includes(`${url}/v1/documents?recordId=inquiry-1`), 'the commands name this service');
});

test('what a page is made of can’t become markup', () => {
  const hostile = '<img src=x onerror=\'a("&")\'>';
  assert.equal(
    html`<p>${hostile}</p>`.text,
    '<p>&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;</p>',
  );
  assert.equal(words(`\`<b>\` **<i>**`).text, '<code>&lt;b&gt;</code> <strong>&lt;i&gt;</strong>');
});
