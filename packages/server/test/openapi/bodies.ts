import fc from 'fast-check';
import { brokenObject, resolved, valid } from './arbitrary.ts';
import type { Input } from './call.ts';
import type { MediaType, Operation } from './contract.ts';
import { type FormPart, formOf } from './form.ts';
import { files } from './shelf.ts';

/** Bodies of requests, made from what openapi.json says of them. */

export type Body = NonNullable<Input['body']>;

const rawTypes = [null, 'application/octet-stream', 'text/plain', 'image/png', 'no type at all'];
const boundary = 'a-boundary-of-the-contract';

/** What the document allows. */
export function bodyOf({ requestBody }: Operation): fc.Arbitrary<Body | null> {
  if (!requestBody) return fc.constant(null);
  const each = Object.entries(requestBody.content).map(([mediaType, content]) => ofType(mediaType, content));
  return fc.oneof(...each, ...(requestBody.required ? [] : [fc.constant(null)]));
}

function ofType(mediaType: string, { schema }: MediaType): fc.Arbitrary<Body> {
  if (mediaType === 'application/json') return valid(schema).map(asJson);
  if (mediaType === 'multipart/form-data') return validForm(schema).map(asForm);
  if (mediaType !== '*/*') return fc.constantFrom(...files).map((bytes) => legible(mediaType, bytes));
  return fc
    .tuple(fc.constantFrom(...rawTypes), fc.constantFrom(...files))
    .map(([type, bytes]) => legible(type, bytes));
}

/** A counterexample shows the beginning of it. */
function legible(mediaType: string | null, bytes: Buffer): Body {
  const shown = `${mediaType}: ${bytes.toString('latin1', 0, 300)}`;
  return Object.assign({ mediaType, bytes }, { [fc.toStringMethod]: () => shown });
}

function asJson(value: unknown): Body {
  return legible('application/json', Buffer.from(JSON.stringify(value)));
}

function asForm(parts: readonly FormPart[]): Body {
  return legible(`multipart/form-data; boundary=${boundary}`, formOf(parts, boundary));
}

/** Parts in the order of the schema's properties; the shelf's document types for `type`. */
function validForm(schema: MediaType['schema']): fc.Arbitrary<FormPart[]> {
  const { properties = {}, required = [] } = resolved(schema) as {
    properties?: Record<string, MediaType['schema']>;
    required?: string[];
  };
  const parts = Object.entries(properties).map(([name, each]) => {
    const value =
      name === 'file'
        ? fc.constantFrom(...files)
        : name === 'type'
          ? fc.constant('other')
          : name === 'replaces'
            ? fc.constant(null)
            : valid(each).map(String);
    const part = value.map((one) => (one === null ? null : { name, value: one }));
    return required.includes(name) ? part : fc.option(part);
  });
  return fc.tuple(...parts).map((all) => all.filter((part) => part !== null));
}

export interface BrokenBody {
  readonly what: string;
  readonly body: Input['body'];
}

/** Bodies that are wrong in one way each. */
export function brokenBodies({ method, requestBody }: Operation): fc.Arbitrary<BrokenBody>[] {
  if (method === 'GET' || method === 'HEAD') return [];
  if (!requestBody) return [fc.constant({ what: 'a body', body: legible('text/plain', Buffer.from('x')) })];
  const { required, content } = requestBody;
  return [
    ...(required ? [fc.constant({ what: 'no body', body: null })] : []),
    ...Object.entries(content).flatMap(([mediaType, { schema }]) => {
      if (mediaType === 'application/json') return brokenJson(schema);
      if (mediaType === 'multipart/form-data') return brokenForms(schema);
      if (mediaType !== '*/*')
        return [fc.constant({ what: 'another media type', body: legible('text/plain', Buffer.from('x')) })];
      return [fc.constant({ what: 'an empty file', body: { mediaType: null, bytes: Buffer.alloc(0) } })];
    }),
  ];
}

function brokenJson(schema: MediaType['schema']): fc.Arbitrary<BrokenBody>[] {
  const right = valid(schema).map(asJson);
  return [
    ...brokenObject(schema).map((one) => one.map(({ what, value }) => ({ what, body: asJson(value) }))),
    right.map((body) => ({ what: 'not JSON', body: { ...body, bytes: body.bytes.subarray(1) } })),
    right.map((body) => ({
      what: 'not UTF-8',
      body: { ...body, bytes: Buffer.concat([body.bytes, Buffer.of(0xff)]) },
    })),
    right.map((body) => ({ what: 'another media type', body: { ...body, mediaType: 'text/plain' } })),
    right.map((body) => ({ what: 'no media type', body: { ...body, mediaType: null } })),
    fc.constant({ what: 'too long', body: asJson({ filename: 'x'.repeat(70_000) }) }),
  ];
}

function brokenForms(schema: MediaType['schema']): fc.Arbitrary<BrokenBody>[] {
  const right = validForm(schema);
  const bent = (what: string, bend: (parts: FormPart[]) => FormPart[]) =>
    right.map((parts) => ({ what: `form: ${what}`, body: asForm(bend(parts)) }));
  return [
    ...['recordId', 'type', 'file'].map((name) =>
      bent(`no ${name}`, (parts) => parts.filter((part) => part.name !== name)),
    ),
    bent('the file first', (parts) => [...parts.slice(-1), ...parts.slice(0, -1)]),
    bent('a field twice', (parts) => [...parts.slice(0, 1), ...parts]),
    bent('an unknown field', (parts) => [{ name: 'unknown', value: '1' }, ...parts]),
    bent('an unknown type', (parts) =>
      parts.map((part) => (part.name === 'type' ? { ...part, value: 'nonsense' } : part)),
    ),
    right.map((parts) => ({
      what: 'form: no boundary',
      body: { mediaType: 'multipart/form-data', bytes: formOf(parts, boundary) },
    })),
    right.map((parts) => ({
      what: 'form: cut off',
      body: { ...asForm(parts), bytes: formOf(parts, boundary).subarray(0, -boundary.length) },
    })),
  ];
}
