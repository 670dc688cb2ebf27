/** A service with its console, for tests that use it as people do. */
import { Strongroom } from '@strongroom/client';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type Backend, startOn } from '../../../server/test/acceptance/backends.ts';
import { png } from '../../../server/test/fixtures/make.ts';
import type { Ending } from '../../../server/test/harness.ts';
import { openPage, type TestPage } from '../browser.ts';

export interface House {
  readonly url: string;
  /** An API key with all rights. */
  readonly key: string;
  readonly client: Strongroom;
}

export async function openHouse(
  t: Ending,
  backend: Backend,
  env: Readonly<Record<string, string>> = {},
): Promise<House> {
  const { url, key } = await startOn(t, backend, env);
  return { url, key, client: new Strongroom({ url, token: key }) };
}

/** Stores small pictures under these names. */
export async function store(house: House, recordId: string, ...filenames: string[]) {
  return Promise.all(
    filenames.map((filename) => house.client.upload(png(), { recordId, type: 'id', filename })),
  );
}

type State = Exclude<BrowserContextOptions['storageState'], string | undefined>;
const signedIn = new WeakMap<House, Promise<State>>();

/** What a browser keeps that has signed in with the house's key: once for all tests of a file. */
function stateOf(house: House): Promise<State> {
  const state = signedIn.get(house) ?? signInOnce(house);
  signedIn.set(house, state);
  return state;
}

async function signInOnce({ url, key }: House): Promise<State> {
  const endings: (() => unknown)[] = [];
  const { page } = await openPage({ after: (undo) => endings.push(undo) });
  await page.goto(`${url}/sign-in`);
  await signIn(page, key);
  const state = await page.context().storageState();
  for (const undo of endings) await undo();
  return state;
}

/** Types a key, or a code, into the sign-in that is shown, and waits until it has gone. */
export async function signIn(page: Page, proof: string): Promise<void> {
  await page.getByLabel('API key or one-time code').fill(proof);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** The console at `path`, signed in with the house's key. */
export async function visit(
  t: Ending,
  house: House,
  path: string,
  options: BrowserContextOptions = {},
): Promise<TestPage> {
  const opened = await openPage(t, { storageState: await stateOf(house), ...options });
  await opened.page.goto(`${house.url}${path}`);
  await opened.page.locator('main h1').waitFor();
  return opened;
}

/** The checkbox of a document's row in the list. */
export function row(page: Page, filename: string) {
  return page.locator('strongroom-documents').getByRole('row').filter({ hasText: filename });
}
