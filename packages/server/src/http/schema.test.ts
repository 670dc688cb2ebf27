import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as TypeBox from 'typebox';
import { Type } from './schema.ts';

test('schemas are those that TypeBox makes', () => {
  const made = (T: typeof Type) => [
    T.Object({}, { additionalProperties: false }),
    T.Object(
      {
        name: T.String({ description: 'a name' }),
        size: T.Optional(T.Integer({ minimum: 1, default: 3 })),
        kind: T.Optional(T.Enum(['a', 'b'], { default: 'a' })),
        metadata: T.Record(T.String(), T.Any()),
      },
      { minProperties: 1 },
    ),
    T.Object({ only: T.Optional(T.String()) }),
  ];
  const plain = (schemas: readonly object[]) => JSON.parse(JSON.stringify(schemas));
  assert.deepEqual(plain(made(Type)), plain(made(TypeBox.Type)));
});
