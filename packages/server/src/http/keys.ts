import type { ApiKeyRecord } from '../access/key-records.ts';
import { scopes as knownScopes, prefixProblem, type Scope } from '../access/scopes.ts';
import type { Caller } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import { callerOf } from './caller.ts';
import type { App, Doors } from './doors.ts';
import type { Key } from './openapi/schemas.ts';
import { page } from './present.ts';
import { Type } from './schema.ts';

const NewKey = Type.Object(
  {
    name: Type.String(),
    scopes: Type.Optional(
      Type.Array(Type.Enum(Object.keys(knownScopes) as Scope[]), { minItems: 1, uniqueItems: true }),
    ),
    recordPrefix: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** /v1/keys: the API keys that the caller manages, without their secrets. */
export function registerKeys(app: App, { keys }: Pick<Doors, 'keys'>): void {
  const config = { action: 'keys' } as const;

  app.get('/v1/keys', { config }, async (request) => {
    const caller = callerOf(request);
    return page((await keys.list(caller)).map((record) => presented(record, caller)));
  });

  app.post('/v1/keys', { config, schema: { body: NewKey } }, async (request, reply) => {
    const caller = callerOf(request);
    const { name, scopes = null, recordPrefix = null } = request.body;
    if (!/^\P{Cc}{1,100}$/u.test(name) || !name.isWellFormed())
      throw invalid('name', 'takes 1 to 100 characters, no control characters among them');
    const problem = recordPrefix === null ? null : prefixProblem(recordPrefix);
    if (problem !== null) throw invalid('recordPrefix', problem);
    const { key, record } = await keys.make(caller, { name, scopes, recordPrefix });
    reply.code(201);
    return { ...presented(record, caller), key };
  });

  app.delete(
    '/v1/keys/:id',
    { config, schema: { params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      const { id } = request.params;
      if (!/^[0-9a-f]{12}$/.test(id))
        throw invalid('id', 'takes the id of a key, 12 hexadecimal digits, not the key');
      await keys.revoke(callerOf(request), id);
      return reply.code(204).send();
    },
  );
}

function presented(record: ApiKeyRecord, caller: Caller): Key {
  const { id, name, scopes, recordPrefix, createdAt, revokedAt } = record;
  return {
    id,
    name,
    scopes: scopes === null ? null : [...scopes],
    recordPrefix,
    createdAt: createdAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
    current: id === caller.key,
  };
}

function invalid(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem });
}
