import { documentActions } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import { callerOf } from './caller.ts';
import type { App, Doors } from './doors.ts';
import { Type } from './schema.ts';

const NewGrant = Type.Object(
  {
    recordId: Type.String(),
    actions: Type.Array(Type.Enum([...documentActions]), { minItems: 1, uniqueItems: true }),
    /** A list reads each in each state: more would be more than a database merges at ease. */
    types: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 16, uniqueItems: true })),
    /** Bytes of one upload. */
    maxSize: Type.Optional(Type.Integer({ minimum: 1 })),
    maxFiles: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    /** Seconds, at most seven days. */
    expiresIn: Type.Integer({ minimum: 1, maximum: 604_800, default: 3_600 }),
  },
  { additionalProperties: false },
);

/** POST /v1/grants, DELETE /v1/grants/{id}: what an app's backend hands to a browser. */
export function registerGrants(app: App, { documents, grants }: Pick<Doors, 'documents' | 'grants'>): void {
  app.post(
    '/v1/grants',
    { config: { action: 'grant' }, schema: { body: NewGrant } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { types = null, maxSize = null, maxFiles = null, ...asked } = request.body;
      const wanted = { ...asked, types, maxSize, maxFiles };
      documents.assertGrantable(caller, wanted);
      if (caller.key === null) throw new StrongroomError('not_allowed', { action: 'grant' });
      const { id, token, expiresAt } = grants.make({ ...wanted, key: caller.key });
      reply.code(201);
      return { id, token, expiresAt: expiresAt.toISOString() };
    },
  );

  app.delete(
    '/v1/grants/:id',
    { config: { action: 'grant' }, schema: { params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      await grants.revoke(callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
