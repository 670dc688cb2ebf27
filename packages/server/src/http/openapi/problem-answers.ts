import { Type } from 'typebox';
import { catalogue, type ErrorCode, StrongroomError } from '../../errors.ts';
import { answers, mendedByOperator, problemOf } from '../problems.ts';
import type { Components, JsonMap } from './components.ts';
import { always, ofProtocol } from './headers.ts';
import type { Operation } from './operation.ts';
import { type OutsideCode, problemSchemas } from './problem-schemas.ts';

const outsideCodes = Object.keys(problemSchemas) as OutsideCode[];

/** The answers that are problems (RFC 9457), by status: one named response for each set of codes. */
export function problemAnswers(
  codes: readonly ErrorCode[],
  components: Components,
  by?: Operation['by'],
): Record<string, JsonMap> {
  const byStatus = Map.groupBy([...new Set(codes)] as OutsideCode[], (code) => answers[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, these]) => [String(status), oneAnswer(these, components, by)]),
  );
}

/** `Problem`: any of them, told apart by `code`. */
export function nameAllProblems(components: Components): void {
  components.schemas.Problem = {
    description: 'A problem document (RFC 9457). Decide by `code`: it is stable.',
    ...oneOf(outsideCodes, components),
  };
}

const contact = Type.Optional(
  Type.String({ description: 'Whom to ask, where SUPPORT_CONTACT names somebody.' }),
);

function oneAnswer(codes: readonly OutsideCode[], components: Components, by?: Operation['by']): JsonMap {
  const sorted = outsideCodes.filter((code) => codes.includes(code));
  const name = sorted.map(pascal).join('Or') + (by ? `By${pascal(by)}` : '');
  return components.response(name, () => ({
    description: sorted.map((code) => `\`${code}\`: ${titleOf(code)}.`).join(' '),
    headers: components.headersOf(headersOf(sorted, by)),
    content: {
      'application/problem+json': {
        schema:
          sorted.length === 1 ? problem(sorted[0] as OutsideCode, components) : oneOf(sorted, components),
        examples: Object.fromEntries(sorted.map((code) => [code, components.example(code, exampleOf(code))])),
      },
    },
  }));
}

function oneOf(codes: readonly OutsideCode[], components: Components): JsonMap {
  const references = codes.map((code) => problem(code, components));
  const mapping = Object.fromEntries(codes.map((code, i) => [code, references[i]?.$ref ?? '']));
  return { oneOf: references, discriminator: { propertyName: 'code', mapping } };
}

function problem(code: OutsideCode, components: Components): JsonMap {
  const { parameters } = problemSchemas[code];
  return components.schema(
    Type.Object(
      {
        type: Type.Literal(`urn:strongroom:problem:${code}`),
        title: Type.String({ description: 'Short, the same each time, for people.' }),
        status: Type.Literal(answers[code].status),
        detail: Type.String({ description: 'What happened this time, for people.' }),
        code: Type.Literal(code),
        ...parameters,
        ...(mendedByOperator.has(code) ? { contact } : {}),
      },
      {
        $id: `${pascal(code)}Problem`,
        description: `${titleOf(code)}.`,
        // The same call may succeed later without being changed.
        'x-retryable': catalogue[code].retryable ?? false,
      },
    ),
  );
}

/** What the doors answer to the example's parameters, to the letter. */
function exampleOf(code: OutsideCode): JsonMap {
  return JSON.parse(answered(code).body.toString());
}

function answered(code: OutsideCode) {
  return problemOf(new StrongroomError(code, problemSchemas[code].example));
}

function titleOf(code: OutsideCode): string {
  return new StrongroomError(code, problemSchemas[code].example).title;
}

/** A header is always there when every code of the answer brings it. */
function headersOf(codes: readonly OutsideCode[], by?: Operation['by']): Record<string, boolean> {
  const ofEach = codes.map((code) => new Set(Object.keys(answered(code).headers).map(asWritten)));
  const names = [...new Set(ofEach.flatMap((set) => [...set]))].filter((name) => name !== 'Content-Type');
  return Object.fromEntries([
    ...[...always, ...(by ? ofProtocol[by] : [])].map((name) => [name, true]),
    ...names.map((name) => [name, ofEach.every((set) => set.has(name))]),
  ]);
}

function asWritten(name: string): string {
  if (name === 'www-authenticate') return 'WWW-Authenticate';
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function pascal(code: string): string {
  return code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
