import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { raceFreePort, testFolder } from '../harness.ts';

const page = fileURLToPath(new URL('../../../../docs/embedding.md', import.meta.url));
const server = fileURLToPath(new URL('../..', import.meta.url));

/** docs/embedding.md's example as an app of its own, linked to this checkout as the page says. */
async function app(t: TestContext, env: Record<string, string> = {}) {
  const folder = await testFolder(t);
  await mkdir(join(folder, 'node_modules'));
  await symlink(server, join(folder, 'node_modules', 'strongroom'));
  const [, example = ''] = /```ts\n(.+?)```/s.exec(await readFile(page, 'utf8')) ?? [];
  const rest =
    "function yourApp(_: unknown, response: { end(text: string): void }) { response.end('the app'); }";
  await writeFile(join(folder, 'app.ts'), `${example}\n${rest}\n`);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const port = await raceFreePort();
  const child = spawn(process.execPath, ['app.ts'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => null))) {
    assert.equal(child.exitCode, null, output);
    await sleep(50);
  }
  return { child, folder, url, ended, output: () => output };
}

test('the page’s example keeps documents inside an app, which stays its own', async (t) => {
  const { child, folder, url, ended } = await app(t);
  assert.equal(await (await fetch(url)).text(), 'the app');
  const key = (await readFile(join(folder, 'data', 'first-key'), 'utf8')).trim();
  const authorization = `Bearer ${key}`;
  const stored = await fetch(`${url}/v1/documents?recordId=r&type=other&filename=a.txt`, {
    method: 'POST',
    headers: { authorization },
    body: 'kept',
  });
  assert.equal(stored.status, 201);
  const location = stored.headers.get('location') ?? '';
  assert.ok(location.startsWith(`${url}/v1/documents/`), location);
  const link = await fetch(`${location}/links`, { method: 'POST', headers: { authorization } });
  const opened = await fetch(((await link.json()) as { url: string }).url);
  assert.equal(await opened.text(), 'kept');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('the log of an app that brings none says why the records can’t be reached', async (t) => {
  const { output } = await app(t, { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none' });
  const line = output()
    .split('\n')
    .find((text) => text.includes('the records can'));
  assert.match(line ?? output(), /"error":\{.*ECONNREFUSED/);
  assert.ok(!output().includes('hunter2'));
});
