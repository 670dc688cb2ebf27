/**
 * `npm run screenshots`: the console's pictures in docs/screenshots/, of a service with sample documents. With a folder after
 * `--` every page at every width and in both themes into that folder, to be looked at.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Strongroom } from '@strongroom/client';
import type { Page } from 'playwright-core';
import { startServer, testFolder } from '../../../server/test/harness.ts';
import { endBrowser, openPage, slowUploads } from '../browser.ts';
import { signIn } from '../console/house.ts';
import { pdfFile } from '../element-page.ts';
import { samples } from './samples.ts';
import { fixedId, type Stored, stage } from './stage.ts';

const published = fileURLToPath(new URL('../../../../docs/screenshots/', import.meta.url));

interface Picture {
  readonly name: string;
  readonly path: (ids: ReadonlyMap<string, string>) => string;
  /** @param scan path of a large file */
  readonly act?: (page: Page, scan: string) => Promise<unknown>;
  /** As published: which width and theme; absent where it is only for looking at. */
  readonly as?: readonly [keyof typeof sizes, 'light' | 'dark'];
}

const sizes = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  narrow: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
} as const;

const button = (name: string) => (page: Page) => page.getByRole('button', { name }).first().click();
const select = async (page: Page) => {
  for (const name of ['passport-photo-page.png', 'bank-statement-march.csv'])
    await page.getByRole('checkbox', { name: `Select ${name}` }).check();
};

/** Hands in a file that takes a while, so that something can be seen of it. */
const handIn = async (page: Page, scan: string) => {
  await slowUploads(page, 4_000_000);
  await page.locator('strongroom-uploader .browse:enabled').waitFor();
  await page.locator('strongroom-uploader input.files').setInputFiles(scan);
  const type = page.locator('strongroom-uploader select').first();
  await type.selectOption('contract');
  await page.locator('strongroom-uploader [part=send]').click();
  await page.locator('strongroom-uploader [data-stage=sending] progress').waitFor();
  await page.waitForFunction(
    () =>
      (document.querySelector('strongroom-uploader')?.shadowRoot?.querySelector('progress')?.value ?? 0) >
      10_000_000,
  );
};
const pause = async (page: Page, scan: string) => {
  await handIn(page, scan);
  await page.getByRole('button', { name: /^Pause/ }).click();
};
const leave = async (page: Page, scan: string) => {
  await handIn(page, scan);
  await page.reload();
  await page.locator('strongroom-uploader .left').first().waitFor();
};

const pictures: readonly Picture[] = [
  { name: 'documents', path: () => '/', act: select, as: ['desktop', 'light'] },
  {
    name: 'document',
    path: (ids) => `/documents/${ids.get('tenancy-agreement.pdf')}`,
    as: ['desktop', 'dark'],
  },
  { name: 'document-picture', path: (ids) => `/documents/${ids.get('passport-photo-page.png')}` },
  { name: 'record', path: () => '/records/inquiry-2041', as: ['phone', 'light'] },
  { name: 'upload', path: () => '/upload?recordId=inquiry-2041&type=contract' },
  { name: 'upload-sending', path: () => '/upload?recordId=inquiry-2041&type=contract', act: handIn },
  { name: 'upload-paused', path: () => '/records/inquiry-2041', act: pause },
  { name: 'upload-left', path: () => '/records/inquiry-2041', act: leave },
  { name: 'storage', path: () => '/storage', act: button('Run the checks'), as: ['desktop', 'light'] },
  { name: 'keys', path: () => '/keys' },
  { name: 'key', path: () => '/keys', act: button('New key') },
  { name: 'nothing-found', path: () => '/?type=contract&state=archived' },
  { name: 'missing', path: () => '/records/a/b' },
  { name: 'document-missing', path: () => '/documents/019a0000-0000-7000-8000-000000000000' },
];

async function main(folder: string | undefined): Promise<void> {
  const endings: (() => unknown)[] = [];
  const ending = { after: (undo: () => unknown) => endings.unshift(undo) };
  try {
    const data = await testFolder(ending);
    const scan = join(await testFolder(ending), 'tenancy-agreement-signed-by-all.pdf');
    writeFileSync(scan, pdfFile('', 40 * 2 ** 20).buffer);
    const server = await startServer(ending, {
      DATA_DIR: data,
      ENVIRONMENT_NAME: 'staging',
      SUPPORT_CONTACT: 'ops@acme.example',
    });
    const client = new Strongroom({ url: server.url, token: server.key });
    const stored: Stored[] = [];
    const ids = new Map<string, string>();
    for (const { filename, body, ...of } of await samples(ending)) {
      const { id } = await client.upload(body, { filename, ...of });
      ids.set(filename, fixedId(stored.length));
      if (filename === 'energy-bill-2024.pdf') await client.archive(id);
      stored.push({ id, at: stored.length });
    }
    await client.createKey({
      name: 'Intake app',
      scopes: ['documents:write', 'grants:create'],
      recordPrefix: 'inquiry-',
    });
    await client.createKey({ name: 'Monitoring', scopes: ['metrics:read', 'storage:check'] });
    for (const [size, options] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const wanted = pictures.filter(({ as }) => folder || (as?.[0] === size && as[1] === colorScheme));
        if (wanted.length === 0) continue;
        const { page, said } = await openPage(ending, {
          ...options,
          colorScheme,
          locale: 'en-GB',
          timezoneId: 'UTC',
        });
        await stage(page, stored, data);
        await page.goto(server.url);
        await signIn(page, server.key);
        for (const { name, path, act } of wanted) {
          await page.goto(`${server.url}${path(ids)}`);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.waitForLoadState('networkidle');
          await act?.(page, scan);
          await page.mouse.move(0, 0);
          await page.waitForTimeout(600);
          const file = folder
            ? join(folder, `${name}-${size}-${colorScheme}.png`)
            : join(published, `${name}.png`);
          mkdirSync(join(file, '..'), { recursive: true });
          writeFileSync(file, await page.screenshot({ fullPage: folder !== undefined }));
        }
        said.splice(0);
      }
    }
  } finally {
    for (const undo of endings) await undo();
    await endBrowser();
  }
}

await main(process.argv[2]);
