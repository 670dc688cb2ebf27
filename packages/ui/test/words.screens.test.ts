/** Every string of the elements can be another: nothing English is left where all words are given, in any state. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { needs, startServer } from '../../server/test/harness.ts';
import { actions } from '../src/words/english/actions.ts';
import { documents } from '../src/words/english/documents.ts';
import { errors } from '../src/words/english/errors.ts';
import { kinds } from '../src/words/english/kinds.ts';
import { shared } from '../src/words/english/shared.ts';
import { uploader } from '../src/words/english/uploader.ts';
import { endBrowser } from './browser.ts';
import { elementPage, pdfFile } from './element-page.ts';
import { askToDelete, showStates } from './states.ts';

const server = await startServer({ after });
after(endBrowser);

const english = { ...shared, ...errors, ...kinds, ...uploader, ...documents, ...actions };
const types = ['id', 'proof_of_address', 'contract', 'other'].map((id) => `type.${id}`);

/** An Arabic sentence for every key, with all that the English one has to put in. */
function inArabic(): Record<string, string> {
  const sentence = (word: unknown) => {
    const placeholders = [...new Set(JSON.stringify(word).match(/\{\w+\}/g) ?? [])];
    return ['نص', ...placeholders].join(' ');
  };
  const words = Object.entries(english).map(([key, word]) => [key, sentence(word)]);
  return Object.fromEntries([...words, ...types.map((key) => [key, 'نوع'])]);
}

/** All that the page's elements say: texts, and what stands in the attributes that are read out or shown. */
function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const read = (root: ShadowRoot): void => {
      for (const element of root.querySelectorAll('*:not(style)')) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) {
          const value = element.getAttribute(name);
          if (value) found.push(value);
        }
        for (const node of element.childNodes)
          if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent ?? '');
        if (element.shadowRoot) read(element.shadowRoot);
      }
    };
    for (const element of document.querySelectorAll('main > *'))
      if (element.shadowRoot) read(element.shadowRoot);
    return [...new Set(found.map((text) => text.trim()).filter((text) => text !== ''))];
  });
}

/** What is not words: names of files, the reference and the contact of a fault. */
const data = /(long-?)+|[\w-]*\.(pdf|html)|r-123|it@example\.org/g;

describe('the words of the elements', { skip: needs('chromium') }, () => {
  it('are all replaceable, from the right to the left too', async (t) => {
    const words = JSON.stringify(inArabic());
    const { page } = await showStates(t, { server, root: 'lang="ar" dir="rtl"', words });
    await askToDelete(page);
    const texts = await said(page);
    assert.ok(texts.length > 40);
    assert.deepEqual(
      texts.filter((text) => /[A-Za-z]{2}/.test(text.replaceAll(data, ''))),
      [],
    );
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, 'nothing sticks out to the side');
  });

  it('follow the language they stand in, with its plurals, numbers and dates', async (t) => {
    const { page } = await elementPage(t, {
      server,
      root: 'lang="de"',
      body: `<strongroom-uploader record-id="de" type="id" multiple manual></strongroom-uploader>
        <div lang="fr"><strongroom-documents record-id="de"></strongroom-documents></div>`,
      script: `ui.setWords({
        'uploader.send': { one: 'Hochladen', other: '{count} Dateien hochladen' },
        'uploader.done': 'Hochgeladen',
        'type.id': 'Ausweis',
      });
      document.querySelector('strongroom-documents').words = { 'state.available': ({}) => 'Rangé' };`,
    });
    const uploader = page.locator('strongroom-uploader');
    await uploader.locator('.browse:enabled').waitFor();
    await uploader
      .locator('input.files')
      .setInputFiles([pdfFile('a.pdf', 1_600_000), pdfFile('b.pdf')] as never);
    await uploader.getByText('1,5 MB').waitFor();
    await uploader.getByRole('button', { name: '2 Dateien hochladen' }).click();
    await uploader.getByText('Hochgeladen').nth(1).waitFor();
    const row = page.locator('strongroom-documents .rows > .row').first();
    await row.getByText('Rangé').waitFor();
    assert.equal(await row.locator('.type').textContent(), 'Ausweis');
    assert.match((await row.locator('time').textContent()) ?? '', /^\d+ \p{L}+\.? \d{4}$/u);
    await page.evaluate(() =>
      (window as unknown as { ui: { setWords(words: object): void } }).ui.setWords({ 'type.id': 'Identité' }),
    );
    await row.getByText('Identité').waitFor();
  });
});
