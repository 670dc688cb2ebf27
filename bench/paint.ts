import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium as playwright } from 'playwright-core';
import { chromium, startServer } from '../packages/server/test/harness.ts';
import { median, medianInterval } from './statistics.ts';

/**
 * How long until a reader sees something: the console's first contentful paint (W3C Paint Timing) beside that of a bare page
 * of the same process, in a browser that has neither in its cache. By turns, each pair the other way round than the one before.
 */

const help = `npm run bench:paint -- [options]
  --pairs N   how often each is opened (15)
`;

const bar = 3;

/** Lies in the built folder for as long as it is measured, so that the same code serves it. */
const bareFile = `bare-${process.pid}.html`;
const bareOnDisk = join(import.meta.dirname, '../packages/ui/dist/console', bareFile);
const barePage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title><p>A bare page.</p></html>';

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { pairs: { type: 'string', default: '15' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    say(help);
    return;
  }
  const executablePath = chromium();
  if (executablePath === null) throw new Error('Chromium is not installed');
  const undo: (() => unknown)[] = [() => rmSync(bareOnDisk, { force: true })];
  try {
    writeFileSync(bareOnDisk, barePage);
    const server = await startServer({ after: (last) => void undo.unshift(last as () => unknown) });
    const browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    undo.unshift(() => browser.close());
    for (const [name, path, signedIn] of [
      ['sign-in', '/sign-in', false],
      ['documents', '/', true],
    ] as const)
      say(await compared(browser, server, name, { path, signedIn }, Number(values.pairs)));
  } finally {
    for (const last of undo) await last();
  }
}

interface Opened {
  readonly path: string;
  readonly signedIn: boolean;
}

type Served = Awaited<ReturnType<typeof startServer>>;

async function compared(
  browser: Browser,
  server: Served,
  name: string,
  opened: Opened,
  pairs: number,
): Promise<string> {
  const bare = { path: `/ui/console/${bareFile}`, signedIn: opened.signedIn };
  const times: { console: number; bare: number }[] = [];
  // The first is for warming up.
  for (let pair = 0; pair <= pairs; pair += 1) {
    const first = await painted(browser, server, pair % 2 === 0 ? opened : bare);
    const second = await painted(browser, server, pair % 2 === 0 ? bare : opened);
    if (pair > 0)
      times.push(pair % 2 === 0 ? { console: first, bare: second } : { console: second, bare: first });
  }
  const ratios = times.map(({ console, bare }) => console / bare);
  const { low, high } = medianInterval(ratios, 0.9);
  const told = [
    `${median(times.map(({ console }) => console)).toFixed(0)} ms beside ${median(times.map(({ bare }) => bare)).toFixed(0)} ms`,
    `${median(ratios).toFixed(2)} × (${low.toFixed(2)}–${high.toFixed(2)})`,
    `bar ${bar}: ${low <= bar ? 'holds' : 'MISSED'}`,
  ];
  return `${name.padEnd(12)}${told.join(', ')}`;
}

/** Milliseconds from the navigation to the first contentful paint, in a browser with empty caches. */
async function painted(browser: Browser, { url, key }: Served, { path, signedIn }: Opened): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    if (signedIn) await context.request.post(`${url}/v1/session`, { data: { key } });
    const page = await context.newPage();
    await page.goto(url + path, { waitUntil: 'commit' });
    const paint = await page.waitForFunction(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    );
    return Number(await paint.jsonValue());
  } finally {
    await context.close();
  }
}

await main();
