/** axe-core on the elements in every state, in both themes and on a phone. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { needs, startServer } from '../../server/test/harness.ts';
import { endBrowser } from './browser.ts';
import { askToDelete, showStates } from './states.ts';

const server = await startServer({ after });
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
after(endBrowser);

/** What axe finds wrong in what `within` selects, by WCAG 2.2 AA and its own good practice, a line for each. */
async function violations(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (within) => {
    const { axe } = window as unknown as {
      axe: { run(within: string, options: object): Promise<AxeResults> };
    };
    const { violations } = await axe.run(within, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.flat().join(' ')}: ${failureSummary}`),
    );
  }, within);
}

interface AxeResults {
  violations: { id: string; nodes: { target: string[][]; failureSummary: string }[] }[];
}

describe('axe-core finds nothing', { skip: needs('chromium') }, () => {
  for (const [name, options] of [
    ['in the light', { colorScheme: 'light' }],
    [
      'in the dark, on a phone',
      { colorScheme: 'dark', viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true },
    ],
  ] as const) {
    it(name, async (t) => {
      const { page } = await showStates(t, { server }, options);
      assert.deepEqual(await violations(page), []);
      await askToDelete(page);
      assert.deepEqual(await violations(page, '#buttons'), []);
    });
  }
});
