/** docs/embedding.md: every example runs as it stands there, but for its addresses. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { Page } from 'playwright-core';
import { build, type PluginOption, preview } from 'vite';
import { pdf } from '../../server/test/fixtures/make.ts';
import { type Ending, needs, raceFreePort, startServer, testFolder } from '../../server/test/harness.ts';
import { endBrowser, openPage } from './browser.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const told = await readFile(join(root, 'docs/embedding.md'), 'utf8');

/** The block of code that has `mark` in it. */
function example(mark: string): string {
  const blocks = [...told.matchAll(/^```\w+\n(.+?)^```/gms)].map(([, code = '']) => code);
  const found = blocks.find((code) => code.includes(mark));
  assert.ok(found, `docs/embedding.md has an example with ${mark}`);
  return found;
}

/** A page that runs the program, and asks for no icon. */
function indexOf(program: string): string {
  return `<!doctype html><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="${program}"></script>`;
}

/** A folder in which the examples find the packages that they import. */
async function appFolder(t: Ending, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await testFolder(t);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

after(endBrowser);

test('the examples of docs/embedding.md', { skip: needs('chromium') }, async (t) => {
  const [backend, built] = [await raceFreePort(), await raceFreePort()];
  const origins = [backend, built].map((port) => `http://127.0.0.1:${port}`);
  const server = await startServer(t, { ALLOWED_ORIGINS: origins.join(',') });
  const env = { PATH: process.env.PATH, STRONGROOM_API_KEY: server.key };
  /** An example with the addresses of this run. */
  const here = (mark: string) =>
    example(mark)
      .replaceAll('https://documents.example.com', server.url)
      .replace('.listen(3000)', `.listen(${backend}, '127.0.0.1')`);

  const folder = await appFolder(t, {
    'backend.mjs': here('// backend.mjs'),
    'page.html': here('<!doctype html>'),
  });
  const running = spawn(process.execPath, ['backend.mjs'], { cwd: folder, env, stdio: 'inherit' });
  t.after(() => running.kill());
  await answers(`http://127.0.0.1:${backend}/`, running);

  /** Builds the example with Vite, serves it beside the backend, and hands a file in on it. */
  async function worksBuilt(
    ending: Ending,
    name: string,
    files: Readonly<Record<string, string>>,
    plugins: PluginOption[] = [],
  ): Promise<void> {
    const app = await appFolder(ending, files);
    const shared = { root: app, configFile: false, logLevel: 'error', plugins } as const;
    await build(shared);
    const proxy = { '/documents-grant': `http://127.0.0.1:${backend}` };
    const serving = await preview({
      ...shared,
      preview: { host: '127.0.0.1', port: built, strictPort: true, proxy },
    });
    ending.after(() => serving.close());
    const { page } = await openPage(ending);
    await page.goto(`http://127.0.0.1:${built}/`);
    await handsIn(page, `${name}.pdf`);
    await page.getByRole('status').filter({ hasText: '1 handed in just now' }).waitFor();
  }

  await t.test('plain HTML, with the grant of the backend', async (t) => {
    const { page } = await openPage(t);
    await page.goto(`http://127.0.0.1:${backend}/`);
    await handsIn(page, 'plain.pdf');
  });

  await t.test('React', (t) =>
    worksBuilt(t, 'react', {
      'page.jsx': here('// page.jsx'),
      'index.html': indexOf('page.jsx'),
    }),
  );

  await t.test('Vue', (t) => {
    const own = /isCustomElement: \(tag\) => tag\.startsWith\('(strongroom-)'\)/.exec(told)?.[1];
    assert.ok(own, 'the page says which tags are not Vue’s');
    const compilerOptions = { isCustomElement: (tag: string) => tag.startsWith(own) };
    const files = {
      'Page.vue': here('<!-- Page.vue -->'),
      'index.html': indexOf('main.js'),
      'main.js': `import { createApp } from 'vue'; import Page from './Page.vue';
        createApp(Page, { recordId: 'inquiry-42' }).mount('#app');`,
    };
    return worksBuilt(t, 'vue', files, [vue({ template: { compilerOptions } })]);
  });

  await t.test('an upload from a server', async (t) => {
    const cwd = await appFolder(t, { 'store.mjs': here('// store.mjs') });
    await writeFile(join(cwd, 'contract.pdf'), pdf());
    const run = spawn(process.execPath, ['store.mjs'], { cwd, env });
    const [output, errors, [code]] = await Promise.all([
      text(run.stdout),
      text(run.stderr),
      once(run, 'exit'),
    ]);
    assert.deepEqual([code, errors], [0, '']);
    const stored = await fetch(`${server.url}/v1/documents/${output.split(' ')[0]}`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    assert.deepEqual(((await stored.json()) as { metadata: unknown }).metadata, { signedBy: 'both' });
  });
});

/** Waits until the program answers there. Fails when it ends before. */
async function answers(url: string, program: ChildProcess): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    assert.equal(program.exitCode, null, 'the backend runs');
    await sleep(50);
  }
}

/** Chooses a file and its type, sends it, and sees it in the list. */
async function handsIn(page: Page, name: string): Promise<void> {
  const uploader = page.locator('strongroom-uploader');
  await uploader.locator('input.files').setInputFiles({ name, mimeType: 'application/pdf', buffer: pdf() });
  const types = uploader.locator('select').first();
  await types.selectOption('id');
  await uploader.getByRole('button', { name: /^Upload/ }).click();
  await page.locator('strongroom-documents').getByText(name).first().waitFor();
}
