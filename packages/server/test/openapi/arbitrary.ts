import fc from 'fast-check';
import { type Schema, target } from './contract.ts';

/** Values that a schema of openapi.json allows, and values that it does not. */

type Properties = Readonly<Record<string, Schema>>;

export function resolved(schema: Schema): Schema {
  return typeof schema.$ref === 'string' ? resolved(target(schema.$ref) as Schema) : schema;
}

/** What the schema allows. Throws for a schema of a kind that nobody has needed yet. */
export function valid(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolved(given);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.anyOf)) return fc.oneof(...schema.anyOf.map(valid));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? 0), max: Number(schema.maximum ?? 1_000_000) });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.uniqueArray(valid(schema.items as Schema), lengthsOf(schema));
    case 'object':
      return object(schema);
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  uuid: fc.uuid(),
  'date-time': fc
    .date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  date: fc
    .date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString().slice(0, 10)),
};

/** Any code point but half of a surrogate pair. fast-check's own `binary` makes a table of all 1.1 million first. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

/** Texts that databases, paths and headers are known to stumble over. */
const odd = [
  '\u0000',
  'a\u0000b',
  '%',
  '../..',
  "' OR 1=1 --",
  '\u202e',
  '\r\nX: y',
  '{}',
  '🗝️',
  'ﬀ'.repeat(300),
];

function text({ format, pattern, minLength = 0, maxLength, contentMediaType }: Schema): fc.Arbitrary<string> {
  if (contentMediaType === 'application/json') return object({}).map((value) => JSON.stringify(value));
  if (typeof format === 'string') return formats[format] ?? fc.constantFrom(format);
  const length = { minLength: Number(minLength), maxLength: Number(maxLength ?? 40) };
  if (typeof pattern !== 'string') {
    const most = Number(maxLength ?? Number.POSITIVE_INFINITY);
    const fitting = odd.filter((s) => [...s].length >= length.minLength && [...s].length <= most);
    return fc.oneof(fc.string({ unit: character, ...length }), fc.constantFrom(...fitting));
  }
  // Lengths go with patterns that only forbid; what else a pattern asks for is made by it.
  if (Number(minLength) === 0) return fc.stringMatching(new RegExp(pattern));
  const fits = new RegExp(pattern, 'u');
  return fc
    .string({ unit: 'grapheme', ...length })
    .filter((s) => fits.test(s) && [...s].length <= length.maxLength);
}

function lengthsOf({ minItems = 0, maxItems = 3 }: Schema) {
  return { minLength: Number(minItems), maxLength: Math.min(3, Number(maxItems)) };
}

/** Metadata is an object of any members: a few plain ones. */
function object({ properties, required = [], minProperties = 0 }: Schema): fc.Arbitrary<object> {
  if (properties === undefined) {
    const word = fc.string({ unit: 'grapheme-ascii', maxLength: 8 });
    return fc.dictionary(word, fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)), { maxKeys: 4 });
  }
  const members = Object.entries(properties as Properties).map(([name, each]) => [name, valid(each)]);
  return fc
    .record<Record<string, unknown>>(Object.fromEntries(members), { requiredKeys: required as string[] })
    .map((made) => ({ ...made }))
    .filter((made) => Object.keys(made).length >= Number(minProperties));
}

/** One thing wrong, and its name. */
export interface Broken {
  readonly what: string;
  readonly value: unknown;
}

/** Values that the schema does not allow, each wrong in one way. */
export function broken(given: Schema): fc.Arbitrary<Broken>[] {
  const schema = resolved(given);
  if (Array.isArray(schema.enum)) return [wrong('not in the enumeration', fc.constant('something-else'))];
  if (Array.isArray(schema.anyOf)) return [wrong('none of the alternatives', fc.constant('something-else'))];
  switch (schema.type) {
    case 'string':
      return brokenText(schema);
    case 'integer':
      return brokenInteger(schema);
    case 'array':
      return brokenArray(schema);
    default:
      return [];
  }
}

function brokenText({
  format,
  pattern,
  minLength,
  maxLength,
  contentMediaType,
}: Schema): fc.Arbitrary<Broken>[] {
  const found: fc.Arbitrary<Broken>[] = [];
  if (contentMediaType === 'application/json') {
    found.push(
      wrong('not JSON', fc.constantFrom('{', 'nonsense')),
      wrong('no object', fc.constantFrom('[]', '1', 'null')),
    );
  }
  if (format !== undefined) found.push(wrong(`no ${format}`, fc.constantFrom('nonsense', '2026', '0')));
  if (Number(minLength ?? 0) > 0) found.push(wrong('too short', fc.constant('')));
  if (maxLength !== undefined) found.push(wrong('too long', fc.constant('x'.repeat(Number(maxLength) + 1))));
  if (typeof pattern === 'string') {
    const fits = new RegExp(pattern);
    const near = fc.oneof(fc.constantFrom('a\u0000b', '\u001f', 'a b', '"x', ''), fc.string());
    const empty = minLength === undefined ? near : near.filter((s) => s !== '');
    found.push(
      wrong(
        'against the pattern',
        empty.filter((s) => !fits.test(s)),
      ),
    );
  }
  return found;
}

function brokenInteger({ minimum, maximum }: Schema): fc.Arbitrary<Broken>[] {
  return [
    ...(minimum === undefined
      ? []
      : [wrong('too small', fc.integer({ min: -1000, max: Number(minimum) - 1 }))]),
    ...(maximum === undefined
      ? []
      : [wrong('too large', fc.integer({ min: Number(maximum) + 1, max: Number(maximum) * 1000 }))]),
    wrong('no integer', fc.constantFrom(1.5, 'many')),
  ];
}

function brokenArray({ items, minItems, maxItems, uniqueItems }: Schema): fc.Arbitrary<Broken>[] {
  const one = valid(items as Schema);
  return [
    ...(Number(minItems ?? 0) > 0 ? [wrong('empty', fc.constant([]))] : []),
    ...(maxItems === undefined
      ? []
      : [wrong('too many', fc.constant(Array.from({ length: Number(maxItems) + 1 }, (_, n) => `${n}`)))]),
    ...(uniqueItems
      ? [
          wrong(
            'twice the same',
            one.map((each) => [each, each]),
          ),
        ]
      : []),
    ...broken(items as Schema).map((each) => each.map(({ what, value }) => ({ what, value: [value] }))),
  ];
}

/** Members of a body: each broken as a value, or of another type; one too many; one missing. */
export function brokenObject(given: Schema): fc.Arbitrary<Broken>[] {
  const schema = resolved(given);
  const properties = Object.entries((schema.properties ?? {}) as Properties);
  const around = valid(schema) as fc.Arbitrary<object>;
  const within = (name: string, { what, value }: Broken): fc.Arbitrary<Broken> =>
    around.map((rest) => ({ what: `${name}: ${what}`, value: { ...rest, [name]: value } }));
  return [
    ...properties.flatMap(([name, each]) => [
      ...broken(each).map((one) => one.chain((wrongOne) => within(name, wrongOne))),
      within(name, { what: 'another type', value: resolved(each).type === 'string' ? 7 : 'seven' }),
    ]),
    wrong(
      'an unknown member',
      around.map((rest) => ({ ...rest, unknownMember: 1 })),
    ),
    wrong('no object', fc.constantFrom([], 'text', 7, null)),
    ...(schema.minProperties ? [wrong('no member', fc.constant({}))] : []),
  ];
}

function wrong(what: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Broken> {
  return value.map((each) => ({ what, value: each }));
}
