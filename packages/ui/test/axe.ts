/** axe-core: what a machine can find wrong with a page for those who use it by keyboard, screen reader or enlarged. */
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';

/**
 * Asserts that axe finds nothing in a page or frame, or in what `within` selects of it, shadow trees and all. Frames within it are asked for by themselves; one
 * needs no heading of its own, since the page around it has one.
 */
export async function assertAccessible(where: Page | Frame, what: string, within = 'html'): Promise<void> {
  await atRest(where);
  await where.evaluate(axe.source);
  const rules = 'parentFrame' in where ? "{ 'page-has-heading-one': { enabled: false } }" : '{}';
  const found = (await where.evaluate(
    `axe.run(${JSON.stringify(within)}, { iframes: false, rules: ${rules}, resultTypes: ['violations'] })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | ')))`,
  )) as string[];
  assert.deepEqual(found, [], `axe on ${what}`);
}

/** A colour on its way to another, and what is still coming in, have the contrast of neither. What never ends is not waited for. */
async function atRest(where: Page | Frame): Promise<void> {
  await where.evaluate(async () => {
    const rootsIn = (root: Document | ShadowRoot): (Document | ShadowRoot)[] => [
      root,
      ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? rootsIn(shadowRoot) : [])),
    ];
    const moving = rootsIn(document)
      .flatMap((root) => root.getAnimations())
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(moving.map(({ finished }) => finished));
  });
}
