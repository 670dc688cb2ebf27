import assert from 'node:assert/strict';
import type { Answer } from './call.ts';
import { complaintsOf, type Operation, type Response } from './contract.ts';

/** Headers that HTTP itself and a connection bring; the document leaves them out (OpenAPI 3.1 §4.8.17). */
const unsaid = ['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding'];

/** Holds an answer to what the operation says: status, media type, body, headers. Problems are held to their codes by their schema. */
export function assertAsDescribed({ responses, method }: Operation, answer: Answer): void {
  const { status, bytes } = answer;
  const described = responses[String(status)];
  assert.ok(described, `${status} is not described: ${bytes.toString().slice(0, 300)}`);
  assertHeaders(described, answer);
  if (method === 'HEAD' || described.content === undefined) assert.equal(bytes.length, 0, 'has a body');
  else assertBody(described.content, answer);
}

function assertHeaders({ headers }: Response, { headers: sent }: Answer): void {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  for (const name of Object.keys(sent))
    assert.ok(names.has(name) || unsaid.includes(name), `${name} is not described`);
  for (const [name, { required, schema }] of Object.entries(headers)) {
    const value = [sent[name.toLowerCase()]].flat()[0];
    if (value === undefined) assert.ok(!required, `${name} is missing`);
    else {
      const typed = schema.type === 'integer' ? Number(value) : value;
      assert.equal(complaintsOf(schema, typed), null, `${name}: ${value}`);
    }
  }
}

function assertBody(content: NonNullable<Response['content']>, { headers, bytes }: Answer): void {
  const mediaType = String(headers['content-type']).replace(/;.*/, '');
  const [, described] =
    Object.entries(content).find(([range]) => range === mediaType || range === '*/*') ?? [];
  assert.ok(described, `${mediaType} is not described`);
  if (!/[/+]json$/.test(mediaType) || '*/*' in content) return;
  assert.equal(
    complaintsOf(described.schema, JSON.parse(bytes.toString())),
    null,
    bytes.toString().slice(0, 300),
  );
}
