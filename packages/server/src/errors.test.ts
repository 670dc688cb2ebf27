/** docs/errors.md, held to the catalogue and to what the doors answer: every code, nothing else, nothing stale. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { catalogue, type ErrorCode, type ErrorParameters, StrongroomError } from './errors.ts';
import { problemOf } from './http/problems.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const [, declared = ''] = /interface ErrorParameters \{(.+?)\n\}/s.exec(read('./errors.ts')) ?? [];
const codes = Object.keys(catalogue) as ErrorCode[];

/** One value for each kind of parameter that errors.ts declares. */
const samples: Readonly<Record<string, unknown>> = {
  string: 'x',
  'string | null': null,
  number: 7,
  'readonly string[]': ['x', 'y'],
  'readonly number[]': [2, 3],
};

/** An error of that code, with a parameter of every name that errors.ts declares for it. */
function sample(code: ErrorCode): StrongroomError {
  const [, body = ''] = new RegExp(`^  ${code}: (.+);$`, 'm').exec(declared) ?? [];
  const members = [
    ...body.matchAll(/(\w+): (string \| null|string|number|readonly (?:string|number)\[\])(?=;| \})/g),
  ];
  assert.ok(members.length > 0 || body === 'Record<never, never>', `the parameters of ${code} were read`);
  const parameters = Object.fromEntries(members.map(([, name, kind = '']) => [name, samples[kind]]));
  return new StrongroomError(code, parameters as unknown as ErrorParameters[ErrorCode]);
}

const answers = codes.map((code) => {
  const error = sample(code);
  const { status, body } = problemOf(error);
  const outside = (JSON.parse(body.toString()) as { code: string }).code;
  const members = Object.keys(error.parameters).map((name) => `\`${name}\``);
  return { code, status, outside, parameters: members.join(', '), retryable: error.retryable };
});

/** The rows of the first table under `heading`, cells trimmed. */
function table(heading: string): string[][] {
  const [, section = ''] = read('../../../docs/errors.md').split(`## ${heading}\n`);
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/errors.md', () => {
  it('has every code that can reach a caller, with its status and parameters', () => {
    const expected = answers
      .filter(({ code, outside }) => outside === code)
      .map(({ code, status, parameters, retryable }) => [
        `\`${code}\`${retryable ? ' ↻' : ''}`,
        String(status),
        parameters,
      ]);
    const rows = table('What a caller can meet');
    assert.deepEqual(
      rows.map((cells) => cells.slice(0, 3)),
      expected,
    );
  });

  it('has every code that stays inside, with what it leaves as', () => {
    const expected = answers
      .filter(({ code, outside }) => outside !== code)
      .map(({ code, outside, parameters }) => [`\`${code}\``, `\`${outside}\``, parameters]);
    const rows = table('Inside the house');
    assert.deepEqual(
      rows.map((cells) => cells.slice(0, 3)),
      expected,
    );
  });

  it('says for each what it means, and what to do', () => {
    for (const [code, , , meaning, remedy] of table('What a caller can meet')) {
      assert.ok(meaning && remedy, code);
    }
  });

  it('shows an example that the service would give', () => {
    const [, example = ''] = /```json\n(.+?)```/s.exec(read('../../../docs/errors.md')) ?? [];
    const shown = JSON.parse(example) as { limit: number; received: number };
    const { limit, received } = shown;
    const { body } = problemOf(new StrongroomError('too_large', { limit, received }));
    assert.deepEqual(shown, JSON.parse(body.toString()));
  });
});
