/** axe-core on the elements in every state, in both themes and on a phone. */
import { after, describe, it } from 'node:test';
import { needs, startServer } from '../../server/test/harness.ts';
import { assertAccessible } from './axe.ts';
import { endBrowser } from './browser.ts';
import { askToDelete, showStates } from './states.ts';

const server = await startServer({ after });
after(endBrowser);

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
      await assertAccessible(page, 'every state');
      await askToDelete(page);
      await assertAccessible(page, 'the dialog that asks', '#buttons');
    });
  }
});
