import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ApiClient } from '../acceptance/client.ts';
import { startServer, testFolder } from '../harness.ts';
import { type Kind, leaksIn, searchRun } from './search.ts';
import { folderVariable, keepSecret, secretsOn } from './watch.ts';

const planted: readonly (readonly [Kind, string, string])[] = [
  ['secret', 'sr_0123456789abcdef', '{"msg":"key sr_0123456789abcdef refused"}'],
  ['link token', 'AbCdEfGhIjKlMnOpQrStUv', '{"url":"/l/AbCdEfGhIjKlMnOpQrStUv"}'],
  ['filename', 'a.pdf', '{"name":"a.pdf"}'],
  ['filename', 'a.pdf', 'GET /v1/documents?filename=a.pdf'],
  ['filename', 'ein "Vertrag".pdf', '{"name":"ein \\"Vertrag\\".pdf"}'],
  ['filename', 'mein Vertrag.pdf', 'GET /?filename=mein%20Vertrag.pdf&x'],
  ['filename', 'passport', '{"name":"passport"}'],
  ['body', 'this is what the letter says', 'bad JSON at "this is what the letter says"'],
];

for (const [kind, value, line] of planted)
  test(`a ${kind} in a log is found and not repeated: ${line}`, () => {
    const [leak, ...more] = leaksIn(`first\n${line}\nlast\n`, [{ kind, value }]);
    assert.deepEqual(more, []);
    assert.ok(leak && !leak.line.includes(value) && leak.line.includes('█'), leak?.line);
  });

test('what only looks like a filename is none', () => {
  const lines = ['{"key":"r/contract/0190-5a.pdf"}', '{"msg":"a passport"}', '{"document":"x"}'];
  for (const value of ['a.pdf', 'passport', 'document'])
    assert.deepEqual(leaksIn(lines.join('\n'), [{ kind: 'filename', value }]), []);
});

test('a key, a link or a signature that no test has told of is found by its shape', async (t) => {
  const folder = await testFolder(t);
  await mkdir(join(folder, 'one.1'));
  const key = `sr_0123456789ab_${'k'.repeat(43)}`;
  const session = `ss_${'s'.repeat(70)}`;
  const signed = `GET /bucket/key?X-Amz-Signature=${'5'.repeat(64)}`;
  await writeFile(
    join(folder, 'one.1', '1.log'),
    `made ${key}\ngave sg_${'g'.repeat(200)}\nGET /l/${'t'.repeat(30)}\n${signed}\n${session}\nopen 7KQ2M-X4R9D-0HTBW\n`,
  );
  const { leaks } = searchRun(folder);
  assert.deepEqual(
    leaks.map((line) => line.split(' stands')[0]),
    [...['secret', 'secret', 'secret', 'secret', 'link token', 'secret'].map((kind) => `one.1: a ${kind}`)],
  );
});

test('a session shows its cookie, its proof and what it was begun with', () => {
  const wire = [
    'Cookie: theme=dark; strongroom_session=ss_AbCdEfGhIjKlMnOpQrSt; other=1',
    'Set-Cookie: __Host-strongroom_session=ss_aBcDeFgHiJkLmNoPqRsT; Path=/; HttpOnly',
    '{"csrfToken":"proof-of-the-page","code":"csrf_refused"}',
    '{"code":"7KQ2M-X4R9D-0HTBW"}',
    '{"key":"sr_0123456789ab_secret"}',
  ];
  assert.deepEqual(
    secretsOn(wire.join('\n'))
      .map(({ value }) => value)
      .sort(),
    [
      '7KQ2M-X4R9D-0HTBW',
      'proof-of-the-page',
      'sr_0123456789ab_secret',
      'ss_AbCdEfGhIjKlMnOpQrSt',
      'ss_aBcDeFgHiJkLmNoPqRsT',
    ],
  );
});

test('a request and an answer show their secrets', () => {
  const wire = [
    'POST /v1/documents?recordId=r&filename=mein%20Vertrag.pdf HTTP/1.1',
    'Authorization: Bearer sr_0123456789',
    'Content-Disposition: form-data; name="file"; filename="b.pdf"',
    "Content-Disposition: attachment; filename*=UTF-8''%C3%A4.pdf",
    '{"filename":"c\\u0041.pdf","url":"http://h/l/AbCdEfGhIjKlMnOpQrStUv"}',
  ];
  assert.deepEqual(
    secretsOn(wire.join('\r\n'))
      .map(({ value }) => value)
      .sort(),
    ['AbCdEfGhIjKlMnOpQrStUv', 'b.pdf', 'cA.pdf', 'mein Vertrag.pdf', 'sr_0123456789', 'ä.pdf'],
  );
});

test('each log is held against the secrets of its own test file', async (t) => {
  const folder = await testFolder(t);
  for (const [name, secret, log] of [
    ['one.1', 'a secret of the first file', 'nothing'],
    ['two.2', 'a secret of the second file', 'a secret of the second file, and a secret of the first file'],
  ] as const) {
    await mkdir(join(folder, name));
    await writeFile(
      join(folder, name, 'secrets.jsonl'),
      `${JSON.stringify({ kind: 'secret', value: secret })}\n`,
    );
    await writeFile(join(folder, name, '1.log'), `${log}\n`);
  }
  const { logs, secrets, leaks } = searchRun(folder);
  assert.deepEqual([logs, secrets.secret, leaks.length], [2, 2, 1]);
  assert.match(leaks[0] ?? '', /^two\.2: a secret stands in the log: █+, and a secret of the first file$/);
});

test('what the harness starts and the clients say is watched', async (t) => {
  const folder = process.env[folderVariable];
  assert.ok(folder, `${folderVariable} is not set; start the tests by "npm test"`);
  const server = await startServer(t);
  const api = new ApiClient(server);
  const body = Buffer.from('a letter that nobody but its reader has to read');
  const claims = { recordId: 'r', type: 'other', filename: 'kept-to-ourselves.txt' };
  const { body: document } = await api.upload('raw', claims, { size: body.length, body });
  const { body: link } = await api.send<{ url: string }>('POST', `/v1/documents/${document.id}/links`, {
    body: { expiresIn: 60, disposition: 'attachment' },
  });
  await server.stop();
  keepSecret('secret', 'a word that tells this file from others');
  const own = `${folder}/secrecy.test.ts.${process.pid}`;
  const kept = await readFile(join(own, 'secrets.jsonl'), 'utf8');
  for (const secret of [server.key, claims.filename, link.url.split('/l/')[1] ?? '?', body.toString()])
    assert.ok(kept.includes(secret), `${secret} is not watched`);
  assert.ok(searchRun(folder).logs > 0);
});
