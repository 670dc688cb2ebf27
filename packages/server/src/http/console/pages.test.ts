import assert from 'node:assert/strict';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { openDoors } from '../../../test/doors/open-doors.ts';
import { testFolder } from '../../../test/harness.ts';

const program = `${'export const words = "many of them";\n'.repeat(200)}`;
const built = {
  'console/index.html': '<!doctype html><title>Strongroom</title>',
  'console/assets/index-CtVE0pom.js': program,
  'console/assets/logo-DiwrgTda.png': 'no text',
  'elements/uploader.js': program,
  'elements/chunks/uploader-CocXkd3V.js': program,
  'frame/frame.html': '<!doctype html><title>Preview</title>',
  'frame/pdf-renderer.js': program,
  'frame/wasm/openjpeg.wasm': 'no text',
  '.built': '',
  '../secret.html': 'a neighbour',
};

async function screensOf(t: TestContext, files: Readonly<Record<string, string>> = built) {
  const screens = join(await testFolder(t), 'dist');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(screens, path)), { recursive: true });
    await writeFile(join(screens, path), content);
  }
  return screens;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** As sent and answered: fetch tidies paths up and unpacks what was packed. */
async function get(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Got> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) =>
      buffer(answer).then(
        (bytes) =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers as Got['headers'], bytes }),
        reject,
      ),
    );
    asked.on('error', reject).end();
  });
}

test('every path of the console answers its page, without a key and whatever is in the query', async (t) => {
  const { url } = await openDoors(t, { screens: await screensOf(t) });
  const longest = encodeURIComponent('\u{1f512}'.repeat(200));
  const paths = [
    '/',
    '/?q=a&state=all',
    '/documents',
    '/records',
    '/documents/019be1c2-7a5e-7cc3-98c4-dc0c0c07398f',
    '/records/a%2Fb',
    `/records/${longest}`,
    '/upload?recordId=r',
    '/storage',
    '/keys',
    '/sign-in',
  ];
  for (const path of paths) {
    const { status, headers, bytes } = await get(url, path);
    assert.equal(status, 200, path);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(bytes.toString(), built['console/index.html']);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    assert.equal(headers['cache-control'], 'no-cache');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['referrer-policy'], 'no-referrer');
  }
  for (const path of ['/document', '/keys/x', '/sign-in/', '/ui'])
    assert.equal((await get(url, path)).status, 401, path);
});

test('where documents can be sent straight to the store, the console’s page may do so', async (t) => {
  const nothing = async () => assert.fail('nobody uploads');
  const calls = { begin: nothing, parts: nothing, complete: nothing, abandon: nothing };
  const direct = { origin: 'https://files.example', ...calls };
  const { url } = await openDoors(t, { screens: await screensOf(t), direct });
  const { headers } = await get(url, '/upload');
  assert.match(String(headers['content-security-policy']), / connect-src 'self' https:\/\/files\.example; /);
});

test('files come with their types, and only what is named after its content may be kept for a year', async (t) => {
  const { url } = await openDoors(t, { screens: await screensOf(t) });
  const year = 'public, max-age=31536000, immutable';
  const js = 'text/javascript; charset=utf-8';
  for (const [path, type, caching] of [
    ['console/index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['console/assets/index-CtVE0pom.js', js, year],
    ['console/assets/logo-DiwrgTda.png', 'image/png', year],
    ['elements/uploader.js', js, 'no-cache'],
    ['elements/chunks/uploader-CocXkd3V.js', js, year],
    ['frame/pdf-renderer.js', js, 'no-cache'],
    ['frame/wasm/openjpeg.wasm', 'application/wasm', 'no-cache'],
  ] as const) {
    const { status, headers } = await get(url, `/ui/${path}`);
    assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, type, caching], path);
  }
});

test('a file is packed as the client takes it, and the one that it has is not sent again', async (t) => {
  const { url } = await openDoors(t, { screens: await screensOf(t) });
  const path = '/ui/elements/uploader.js';
  const etags = new Set<string>();
  for (const [accepted, coding, unpack] of [
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
    ['br;q=0.0, gzip;q=0, *', undefined, (bytes: Buffer) => bytes],
    ['', undefined, (bytes: Buffer) => bytes],
  ] as const) {
    const asked = { 'accept-encoding': accepted };
    const { headers, bytes } = await get(url, path, asked);
    assert.deepEqual([headers['content-encoding'], headers.vary], [coding, 'Accept-Encoding'], accepted);
    assert.equal(unpack(bytes).toString(), program);
    assert.equal(headers['content-length'], String(bytes.length));
    const etag = headers.etag ?? '';
    etags.add(etag);
    const again = await get(url, path, { ...asked, 'if-none-match': `"other", ${etag}` });
    assert.deepEqual([again.status, again.bytes.length, again.headers.etag], [304, 0, etag]);
    const head = await get(url, path, asked, 'HEAD');
    assert.equal(head.bytes.length, 0);
    assert.deepEqual(Object.keys(head.headers).sort(), Object.keys(headers).sort());
    assert.deepEqual([head.status, head.headers['content-length']], [200, headers['content-length']]);
  }
  assert.equal(etags.size, 3, 'each coding has an ETag of its own');
  const picture = await get(url, '/ui/console/assets/logo-DiwrgTda.png', { 'accept-encoding': 'br' });
  assert.deepEqual([picture.headers['content-encoding'], picture.headers.vary], [undefined, undefined]);
});

test('other origins may load the elements and frame the preview, and nothing of the console', async (t) => {
  const { url } = await openDoors(t, { screens: await screensOf(t) });
  const of = async (path: string) => (await get(url, path)).headers;
  for (const path of ['/ui/elements/uploader.js', '/ui/frame/frame.html', '/ui/frame/pdf-renderer.js']) {
    const headers = await of(path);
    assert.equal(headers['access-control-allow-origin'], '*', path);
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin', path);
  }
  const frame = (await of('/ui/frame/frame.html'))['content-security-policy'] ?? '';
  assert.match(frame, /^sandbox allow-scripts; default-src 'none';/);
  assert.doesNotMatch(frame, /frame-ancestors|allow-same-origin|unsafe/);
  for (const path of ['/', '/ui/console/assets/index-CtVE0pom.js']) {
    const headers = await of(path);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path);
  }
});

test('no path leads out of the folder, or to what is no file of it', async (t) => {
  const screens = await screensOf(t);
  await symlink('..', join(screens, 'console/up'));
  const { url } = await openDoors(t, { screens });
  for (const path of [
    '/ui/',
    '/ui/.built',
    '/ui/console',
    '/ui/console/',
    '/ui/console/missing.js',
    '/ui/../secret.html',
    '/ui/console/../../secret.html',
    '/ui/%2e%2e/secret.html',
    '/ui/..%2fsecret.html',
    '/ui/console%2f..%2f..%2fsecret.html',
    '/ui//etc/passwd',
    '/ui/console/index.html%00.js',
    '/ui/console\\index.html',
    '/ui/console/./index.html',
  ]) {
    const { status, bytes } = await get(url, path);
    assert.equal(status, 404, path);
    assert.equal(JSON.parse(bytes.toString()).code, 'route_missing', path);
  }
  const wrongMethod = await get(url, '/ui/elements/uploader.js', {}, 'POST');
  assert.equal(wrongMethod.status, 401);
});

test('what is built anew while the service runs is served anew', async (t) => {
  const screens = await screensOf(t);
  const { url } = await openDoors(t, { screens });
  const before = await get(url, '/');
  const page = join(screens, 'console/index.html');
  await writeFile(page, '<!doctype html><title>Strongroom.</title>');
  await utimes(page, new Date(), new Date(Date.now() + 5_000));
  const after = await get(url, '/');
  assert.match(after.bytes.toString(), /Strongroom\./);
  assert.notEqual(after.headers.etag, before.headers.etag);
  await rm(page);
  assert.equal((await get(url, '/')).status, 404);
});

test('where nothing is built, the page says how to build it', async (t) => {
  const { url } = await openDoors(t, { screens: join(await testFolder(t), 'missing') });
  const { status, headers, bytes } = await get(url, '/');
  assert.deepEqual([status, headers['content-type']], [404, 'text/html; charset=utf-8']);
  assert.match(bytes.toString(), /npm run build/);
  assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'/);
  assert.equal((await get(url, '/ui/elements/uploader.js')).status, 404);
});
