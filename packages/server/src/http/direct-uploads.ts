import type { DirectStanding } from '../documents/direct-port.ts';
import type { JsonObject } from '../documents/document.ts';
import { callerOf } from './caller.ts';
import { type App, answerDocument, type Doors } from './doors.ts';
import { placeOf, readIdempotencyKey } from './new-document.ts';
import type { DirectUpload } from './openapi/schemas.ts';
import { Type } from './schema.ts';

const NewDirectUpload = Type.Object(
  {
    recordId: Type.String(),
    type: Type.String(),
    filename: Type.Optional(Type.String()),
    contentType: Type.Optional(Type.String()),
    /** Bytes. */
    size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    metadata: Type.Optional(Type.Record(Type.String(), Type.Any())),
    replaces: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

const WantedParts = Type.Object(
  {
    numbers: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 10_000 }), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
      }),
    ),
  },
  { additionalProperties: false },
);

const config = { action: 'upload' } as const;
const params = Type.Object({ id: Type.String() });

/** /v1/direct-uploads: documents whose bytes go to the bucket past the service. */
export function registerDirectUploads(app: App, doors: Doors): void {
  const { direct, publicUrl } = doors;

  app.post('/v1/direct-uploads', { config, schema: { body: NewDirectUpload } }, async (request, reply) => {
    const caller = callerOf(request);
    const { recordId, type, filename, contentType, size, metadata, replaces } = request.body;
    const { standing, replayed } = await direct.begin(caller, {
      ...placeOf(caller, recordId, type),
      filename: filename ?? null,
      contentType: contentType ?? null,
      size,
      metadata: (metadata ?? {}) as JsonObject,
      replaces: replaces ?? null,
      idempotencyKey: readIdempotencyKey(request.raw.headers),
    });
    reply.code(201).header('location', `${publicUrl()}/v1/direct-uploads/${standing.id}`);
    if (replayed) reply.header('idempotency-replayed', 'true');
    return presented(standing);
  });

  app.post(
    '/v1/direct-uploads/:id/parts',
    {
      config,
      schema: { params, body: WantedParts },
      preValidation: async (request) => {
        // No body: whatever comes next. A `null` that was sent is no object.
        if (request.body === undefined) request.body = {} as typeof request.body;
      },
    },
    async (request) => {
      const { numbers = null } = request.body;
      return presented(await direct.parts(callerOf(request), request.params.id, numbers));
    },
  );

  app.post('/v1/direct-uploads/:id/complete', { config, schema: { params } }, async (request, reply) =>
    answerDocument(reply, doors, await direct.complete(callerOf(request), request.params.id)),
  );

  app.delete('/v1/direct-uploads/:id', { config, schema: { params } }, async (request, reply) => {
    await direct.abandon(callerOf(request), request.params.id);
    return reply.code(204).send();
  });
}

function presented({ expiresAt, urlsExpireAt, parts, received, ...standing }: DirectStanding): DirectUpload {
  return {
    ...standing,
    expiresAt: expiresAt?.toISOString() ?? null,
    parts: parts.map((part) => ({ ...part })),
    urlsExpireAt: urlsExpireAt?.toISOString() ?? null,
    received: received.map((part) => ({ ...part })),
  };
}
