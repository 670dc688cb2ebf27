/** The client as pages load it, in Chromium. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Strongroom } from '@strongroom/client';
import { type Ending, testFolder } from '../../server/test/harness.ts';
import { openPage, type TestPage } from '../../ui/test/browser.ts';
import { buildPrograms } from '../build.ts';

/** The programs as they are published; built once for all tests of a file. */
const folder = await testFolder({ after });
await buildPrograms(folder);
const programs = ['browser.js', ...globSync('chunks/*.js', { cwd: folder })];

/** What tests run in the page find there. */
export interface Window {
  readonly strongroom: Strongroom;
  /** A text of so many bytes, the same file each time. */
  readonly file: (bytes: number, name?: string) => File;
  /** The error that a call ends with, as plain data. */
  readonly failure: (call: Promise<unknown>) => Promise<Record<string, unknown>>;
}

/** What browsers say on their own of a request that failed. */
const failed = /^error: (Failed to load resource|Access to XMLHttpRequest at .* blocked by CORS policy)/;

interface PageOptions {
  /** What its client is given, one after the other; or the one that it has. */
  readonly token: string | readonly string[];
  /** Default: the service's. */
  readonly origin?: string;
  /** Further options of its client. */
  readonly more?: object;
}

/** A page of the service's own origin, or of another, with a client; it has said nothing but that requests failed, as browsers do. */
export async function clientPage(t: Ending, url: string, options: PageOptions): Promise<TestPage['page']> {
  const lines: string[][] = [];
  // Before the page's own look at what it has said.
  t.after(() => {
    for (const said of lines) said.splice(0, said.length, ...said.filter((line) => !failed.test(line)));
  });
  const { page, said } = await openPage(t, { bypassCSP: true });
  lines.push(said);
  await prepare(page, url, options);
  return page;
}

/** Opens the page, or opens it anew, and makes its client. */
export async function prepare(
  page: TestPage['page'],
  url: string,
  { token, origin = url, more = {} }: PageOptions,
): Promise<void> {
  const context = page.context();
  await context.route('**/client/**', (route) =>
    route.fulfill({ path: join(folder, new URL(route.request().url()).pathname.slice('/client/'.length)) }),
  );
  await page.goto(`${origin}/healthz`);
  await page.evaluate(
    async ({ programs, url, token, more }) => {
      const [client] = await Promise.all(programs.map((program) => import(program)));
      const file = (bytes: number, name = 'letter.txt') =>
        new File(['0123456789abcdef'.repeat(Math.ceil(bytes / 16)).slice(0, bytes)], name, {
          type: 'text/plain',
          lastModified: 1_700_000_000_000,
        });
      const failure = (call: Promise<unknown>) =>
        call.then(
          () => ({ code: 'none' }),
          (error) => ({ ...error, message: error.message, ours: error instanceof client.StrongroomError }),
        );
      const tokens = [...token];
      const source = typeof token === 'string' ? token : async () => tokens.shift();
      const strongroom = new client.Strongroom({ url, token: source, ...more });
      Object.assign(globalThis, { strongroom, file, failure });
    },
    { programs: programs.map((program) => `${origin}/client/${program}`), url, token, more },
  );
  // What is routed here is not asked of by preflights (CORS) as elsewhere.
  await context.unrouteAll();
}
