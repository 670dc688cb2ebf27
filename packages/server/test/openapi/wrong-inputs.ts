import fc from 'fast-check';
import { broken } from './arbitrary.ts';
import { brokenBodies } from './bodies.ts';
import type { Input } from './call.ts';
import type { Operation, Parameter } from './contract.ts';
import { fitsHeader, parametersIn } from './inputs.ts';

/** One way of being wrong, laid over input that is right. */
export interface Wrong {
  readonly what: string;
  readonly over: (right: Input) => Input;
}

/** Every way in which the input of an operation can be wrong by the document. */
export function wrongInputs(operation: Operation): fc.Arbitrary<Wrong>[] {
  return [
    always('an unknown parameter', (right) => ({ ...right, query: [...right.query, ['unknown', '1']] })),
    ...(takesKey(operation) ? wrongKeys : []),
    ...parametersIn(operation, 'path').flatMap(wrongPath),
    ...parametersIn(operation, 'query').flatMap(wrongQuery),
    ...parametersIn(operation, 'header').flatMap(wrongHeader),
    ...brokenBodies(operation).map((one) =>
      one.map(({ what, body }) => wrong(what, (right) => ({ ...right, body }))),
    ),
  ];
}

function takesKey({ security }: Operation): boolean {
  return security === undefined || security.some((way) => 'apiKey' in way);
}

const wrongKeys = [
  always('no key', (right) => withHeader(right, 'authorization', null)),
  always('another key', (right) => withHeader(right, 'authorization', 'Bearer another-key-than-that-one')),
  always('another scheme', (right) => withHeader(right, 'authorization', 'Basic dTpw')),
];

function wrongPath({ name }: Parameter): fc.Arbitrary<Wrong>[] {
  const of = (what: string, value: string) =>
    always(what, (right) => ({ ...right, path: { ...right.path, [name]: value } }));
  return [
    of(`no such ${name}`, 'nonsense'),
    of('a broken escape in the path', '%zz'),
    // Longer than any parameter of a path may be.
    of('a path without end', 'x'.repeat(2_100)),
  ];
}

function wrongQuery({ name, schema }: Parameter): fc.Arbitrary<Wrong>[] {
  const given = (right: Input, ...values: readonly string[]): Input => ({
    ...right,
    query: [
      ...right.query.filter(([other]) => other !== name),
      ...values.map((value) => [name, value] as const),
    ],
  });
  return [
    always(`${name} twice`, (right) => given(right, 'a', 'b')),
    ...broken(schema).map((one) =>
      one.map(({ what, value }) => wrong(`${name}: ${what}`, (right) => given(right, String(value)))),
    ),
  ];
}

function wrongHeader({ name, schema, required }: Parameter): fc.Arbitrary<Wrong>[] {
  return [
    ...(required ? [always(`no ${name}`, (right) => withHeader(right, name, null))] : []),
    ...broken(schema).map((one) =>
      one
        .filter(({ value }) => fitsHeader(String(value)))
        .map(({ what, value }) =>
          wrong(`${name}: ${what}`, (right) => withHeader(right, name, String(value))),
        ),
    ),
  ];
}

function withHeader(right: Input, name: string, value: string | null): Input {
  const { [name.toLowerCase()]: _, ...headers } = right.headers;
  return { ...right, headers: value === null ? headers : { ...headers, [name.toLowerCase()]: value } };
}

function always(what: string, over: Wrong['over']): fc.Arbitrary<Wrong> {
  return fc.constant(wrong(what, over));
}

/** A counterexample shows what is wrong, not the function. */
function wrong(what: string, over: Wrong['over']): Wrong {
  return Object.assign({ what, over }, { [fc.toStringMethod]: () => what });
}
