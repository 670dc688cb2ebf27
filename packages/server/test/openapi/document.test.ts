/** openapi.json: it is what the routes say, it is OpenAPI, and its examples are what its schemas describe. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { complaintsOf, document, type MediaType, operations, target, text } from './contract.ts';
import { generated } from './generate.ts';

test('openapi.json is what the routes and their descriptions say', async () => {
  assert.equal(text, await generated(), 'it is stale: npm run openapi');
});

test('openapi.json is OpenAPI 3.1, by the schema of the specification', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  assert.equal(validator.version, '3.1');
});

test('every reference leads somewhere, and every component is referred to', () => {
  const references = new Set([...text.matchAll(/"(#\/components\/[^"]+)"/g)].map(([, to = '']) => to));
  for (const reference of references) assert.ok(target(reference), reference);
  const named = Object.entries(document.components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, each]) => Object.keys(each).map((name) => `#/components/${kind}/${name}`));
  // The union is for clients: each call names its own problems.
  assert.deepEqual(
    named.filter((name) => !references.has(name)),
    ['#/components/schemas/Problem'],
  );
});

test('each operation has its own id, words, and an example of each input and answer that its schema allows', () => {
  const ids = operations.map(({ operationId }) => operationId);
  assert.deepEqual(ids, [...new Set(ids)]);
  for (const { operationId, parameters, requestBody, responses } of operations) {
    for (const { name, schema, example } of parameters)
      assert.equal(complaintsOf(schema, example), null, `${operationId} ${name}`);
    const bodies = Object.entries(requestBody?.content ?? {});
    const answers = Object.values(responses).flatMap(({ content = {} }) => Object.entries(content));
    for (const [mediaType, content] of [...bodies, ...answers]) {
      const examples = examplesOf(content);
      assert.ok(examples.length > 0 || !mediaType.endsWith('json'), `${operationId} ${mediaType}`);
      for (const example of examples)
        assert.equal(complaintsOf(content.schema, example), null, `${operationId} ${mediaType}`);
    }
  }
});

function examplesOf({ example, examples = {} }: MediaType): unknown[] {
  return [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
}
