import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { actions } from './english/actions.ts';
import { documents } from './english/documents.ts';
import { errors } from './english/errors.ts';
import { kinds } from './english/kinds.ts';
import { shared } from './english/shared.ts';
import { uploader } from './english/uploader.ts';
import { explain } from './explain.ts';
import { formatsOf } from './formats.ts';
import { spell } from './word.ts';
import { speaker } from './words.ts';

const say = speaker(undefined, [shared, errors, kinds], 'en');
const told = (error: object) => explain(error, say, formatsOf('en'));

describe('words', () => {
  it('take values, plural categories of their language, and functions', () => {
    assert.equal(spell('{a} of {b}', { a: 1234.5, b: 'x' }, 'de'), '1.234,5 of x');
    assert.equal(spell('{missing}', {}, 'en'), '{missing}');
    const files = {
      one: '{count} plik',
      few: '{count} pliki',
      many: '{count} plików',
      other: '{count} pliku',
    };
    assert.deepEqual(
      [1, 3, 5].map((count) => spell(files, { count }, 'pl')),
      ['1 plik', '3 pliki', '5 plików'],
    );
    assert.equal(
      spell(({ n }) => `!${n}`, { n: 2 }, 'en'),
      '!2',
    );
    assert.equal(spell('{name}', { name: '$& {other} <b>' }, 'en'), '$& {other} <b>');
  });

  it('are the element’s own before the page’s and English', () => {
    const own = speaker({ 'action.close': 'Zu' }, [shared], 'de');
    assert.deepEqual(
      [own('action.close'), own('action.cancel'), own('type.unknown')],
      ['Zu', 'Cancel', 'type.unknown'],
    );
  });

  it('are all used', () => {
    const sources = globSync('../{connection,elements,pieces,words}/**/*.ts', { cwd: import.meta.dirname })
      .filter((file) => !/english|\.test\./.test(file))
      .map((file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
      .join();
    const made = /^(state|error|kind|done)\.|_hint$/;
    const unused = Object.keys({
      ...shared,
      ...uploader,
      ...documents,
      ...actions,
      ...errors,
      ...kinds,
    }).filter((key) => !sources.includes(`'${key}'`) && !made.test(key));
    assert.deepEqual(unused, []);
  });
});

describe('an error in words', () => {
  it('names limits, kinds and whom to ask', () => {
    const accepted = ['application/pdf', 'image/png'];
    assert.equal(
      told({ code: 'type_refused', parameters: { detected: 'text/plain', accepted } }).text,
      'This file is plain text; accepted are PDF and PNG. Choose another file or save it in one of these formats.',
    );
    assert.match(
      told({ code: 'type_refused', parameters: { detected: 'application/x-foo', accepted } }).text,
      /^This kind of file/,
    );
    assert.match(told({ code: 'too_large', parameters: { limit: 5 * 1024 ** 2 } }).text, /at most 5 MB/);
    assert.match(told({ code: 'too_large', status: 413, parameters: {} }).text, /on the way|for the way/);
    assert.match(told({ code: 'grant_used_up', parameters: { maxFiles: 1 } }).text, /^One document/);
    const fault = told({ code: 'internal', status: 500, requestId: 'r-1', contact: 'Ann' });
    assert.match(fault.text, /ask Ann\.$/);
    assert.equal(fault.requestId, 'r-1');
    assert.equal(
      told({ code: 'too_large', status: 413, requestId: 'r-1', parameters: { limit: 1 } }).requestId,
      null,
    );
  });

  it('falls back on the service’s sentence, and then on one that is always true', () => {
    assert.equal(told({ code: 'brand_new', message: 'Seldom.' }).text, 'Seldom.');
    assert.equal(told(new TypeError('x is undefined')).text, 'Something went wrong. Please try again.');
  });
});

describe('formats', () => {
  it('follow the language', () => {
    const [en, de] = [formatsOf('en'), formatsOf('de')];
    assert.deepEqual(
      [en.size(0), en.size(1), en.size(1536), en.size(1024 ** 3 * 5)],
      ['0 bytes', '1 byte', '1.5 kB', '5 GB'],
    );
    assert.equal(de.size(1536), '1,5 kB');
    assert.deepEqual(
      [en.duration(0.2), en.duration(59), en.duration(61), en.duration(5400)],
      ['1 sec', '59 sec', '1 min', '1.5 hr'],
    );
    assert.equal(en.speed(2 * 1024 ** 2), '2 MB/s');
    assert.equal(formatsOf('not a language').lang, 'en');
  });
});
