import fc from 'fast-check';
import { valid } from './arbitrary.ts';
import { bodyOf } from './bodies.ts';
import type { Input } from './call.ts';
import type { Operation, Parameter } from './contract.ts';

/** Input that the document allows; of what it can't say the shelf knows more (`Scene.fit`). */
export function validInput(operation: Operation): fc.Arbitrary<Input> {
  return fc
    .record({
      query: some(parametersIn(operation, 'query')),
      headers: some(parametersIn(operation, 'header')),
      body: bodyOf(operation),
    })
    .map(({ query, headers, body }) => ({ path: {}, query: Object.entries(query), headers, body }));
}

export function parametersIn({ parameters }: Operation, where: Parameter['in']): Parameter[] {
  return parameters.filter((parameter) => parameter.in === where);
}

/** Whether HTTP can carry the text as the value of a header, and a client sends it as it is. */
export function fitsHeader(text: string): boolean {
  return /^[!-~]([ -~]*[!-~])?$/.test(text);
}

/** Of what the document leaves open, values that mean something to the service. */
const likely: Readonly<Record<string, readonly string[]>> = {
  type: ['other', 'small', 'narrow'],
  Range: ['bytes=0-0', 'bytes=-1', 'bytes=999999999-'],
  'If-Match': ['*', '"1"', '"other"'],
  'If-None-Match': ['*', '"other"'],
  'Idempotency-Key': ['one', 'two'],
};

/** Any of the parameters, those that are required among them, by name; of headers in lower case. */
function some(parameters: readonly Parameter[]): fc.Arbitrary<Record<string, string>> {
  const each = parameters.map(({ name, in: where, schema }): [string, fc.Arbitrary<string>] => {
    const found = likely[name];
    const value = fc.oneof(valid(schema).map(String), ...(found ? [fc.constantFrom(...found)] : []));
    return where === 'header' ? [name.toLowerCase(), value.filter(fitsHeader)] : [name, value];
  });
  const required = parameters.flatMap(({ required }, at) => (required ? [each[at]?.[0] ?? ''] : []));
  return fc
    .record<Record<string, string>>(Object.fromEntries(each), { requiredKeys: required })
    .map((made) => ({ ...made }) as Record<string, string>);
}
