import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkTemplate, defaultTemplate, type KeyValues, makeKey, reservedPrefix } from './keys.ts';

const createdAt = new Date('2026-03-04T05:06:07Z');
const uuid = '0198b2c4-0000-7000-8000-000000000001';
const key = (values: Partial<KeyValues>, template = defaultTemplate) =>
  makeKey(template, { recordId: 'case-1', type: 'contract', id: uuid, ext: '.pdf', createdAt, ...values });

/** Record ids of the kind that collide where an encoding is careless. */
const value = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom('.', '/', '!', 'a', '2', 'E', '\\', '\0', ' ', 'é'),
    minLength: 1,
    maxLength: 9,
  }),
  fc.string({ unit: fc.constantFrom('.', '/', '!', 'a'), minLength: 110, maxLength: 130 }),
);
const triple = fc.record({ recordId: value, type: value, id: fc.uuid() });
const templates = fc.constantFrom(
  defaultTemplate,
  '{id}',
  '{yyyy}/{mm}/{recordHash}/{recordId}/{id}{ext}',
  'documents/{recordId}-{id}/{type}-file{ext}',
);

describe('makeKey', () => {
  it('makes keys that a person can read', () => {
    assert.equal(key({}), `case-1/contract/${uuid}.pdf`);
    assert.equal(key({ ext: '' }), `case-1/contract/${uuid}`);
    const dated = key({}, 'kept/{yyyy}/{mm}/{recordHash}/{id}{ext}');
    assert.match(dated, new RegExp(`^kept/2026/03/[0-9a-f]{16}/${uuid}\\.pdf$`));
  });

  for (const [recordId, folder] of [
    ['../..', '!2E.!2F..'],
    ['a/b', 'a!2Fb'],
    ['%2e%2e', '!252e!252e'],
    ['.', '!2E'],
    ['a.b.', 'a.b.'],
    ['!2E', '!212E'],
    ['Käse 1', 'K!C3!A4se!201'],
    ['🏠', '!F0!9F!8F!A0'],
  ] as const) {
    it(`encodes ${JSON.stringify(recordId)} as ${folder}`, () => {
      assert.equal(key({ recordId }).split('/')[0], folder);
    });
  }

  it('cuts an encoded value over 120 bytes to 80, and tells it apart by its digest', () => {
    assert.equal(key({ recordId: 'x'.repeat(120) }).split('/')[0], 'x'.repeat(120));
    const cut = key({ recordId: 'x'.repeat(121) }).split('/')[0] ?? '';
    assert.match(cut, /^x{80}!![0-9a-f]{24}$/);
    assert.notEqual(cut, key({ recordId: 'x'.repeat(122) }).split('/')[0]);
  });

  it('gives no two documents one key', () => {
    fc.assert(
      fc.property(triple, triple, (a, b) => {
        const same = a.recordId === b.recordId && a.type === b.type && a.id === b.id;
        assert.equal(key(a) === key(b), same);
      }),
    );
    fc.assert(
      fc.property(triple, value, (a, other) => {
        fc.pre(a.recordId !== other);
        assert.notEqual(key(a), key({ ...a, recordId: other }));
        assert.notEqual(
          key(a),
          key({ ...a, type: a.recordId, recordId: a.type === a.recordId ? other : a.type }),
        );
      }),
    );
  });

  it('never leaves its folder, and keeps to safe characters and sizes, whatever the values and the template', () => {
    fc.assert(
      fc.property(templates, triple, fc.constantFrom('', '.pdf', '.docx'), (template, values, ext) => {
        const made = key({ ...values, ext }, template);
        const parts = made.split('/');
        assert.equal(parts.length, template.split('/').length);
        assert.match(made, /^[A-Za-z0-9._!/-]+$/);
        for (const part of parts) assert.ok(part !== '' && !part.startsWith('.') && part.length < 255, made);
        assert.ok(made.length < 1024 && !made.startsWith(reservedPrefix));
      }),
    );
  });
});

describe('checkTemplate', () => {
  for (const template of [
    defaultTemplate,
    '{id}',
    'a/b_c/{recordId}-{id}{ext}',
    '{yyyy}/{mm}/{recordHash}/{type}/{id}',
  ]) {
    it(`takes ${template}`, () => assert.equal(checkTemplate(template), null));
  }

  for (const [template, problem] of [
    ['', /must contain \{id\}/],
    ['{recordId}/{type}{ext}', /must contain \{id\}/],
    ['{recordId}/{name}/{id}', /\{name\} is not a placeholder; known are \{recordId\}/],
    ['{constructor}/{id}', /\{constructor\} is not a placeholder/],
    ['{}/{id}', /\{\} is not a placeholder/],
    ['/{id}', /begin with a slash/],
    ['{recordId}//{id}', /empty part/],
    ['{id}/', /empty part/],
    ['./{id}', /begins with a dot/],
    ['a/../{id}', /begins with a dot/],
    ['.strongroom/{id}', /begins with a dot/],
    ['{id}/{ext}', /begins with \{ext\}/],
    ['a b/{id}', /other characters/],
    ['{id', /must contain/],
    ['{id}}', /other characters/],
    ['a\\{id}', /other characters/],
    ['{recordId}{type}{id}', /could pass 254 bytes/],
    [`${'a'.repeat(300)}/{id}`, /could pass 254 bytes/],
    [`${'{recordId}/'.repeat(9)}{id}`, /could pass 1023 bytes/],
  ] as const) {
    it(`refuses ${template.slice(0, 40)}`, () => assert.match(checkTemplate(template) ?? '', problem));
  }
});
