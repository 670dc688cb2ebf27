import type { FastifyReply } from 'fastify';
import type { App, Doors } from './doors.ts';
import { Type } from './schema.ts';

/** The settings of a store that can be typed in, as the environment writes them. */
const trialSettings = [
  'S3_BUCKET',
  'S3_REGION',
  'S3_ENDPOINT',
  'S3_PUBLIC_ENDPOINT',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'S3_SESSION_TOKEN',
  'S3_FORCE_PATH_STYLE',
  'S3_ACL',
  'S3_STORAGE_CLASS',
  'S3_SSE',
  'S3_SSE_KMS_KEY_ID',
  'S3_PREFIX',
] as const;

const Trial = Type.Object(
  {
    settings: Type.Optional(
      Type.Object(
        Object.fromEntries(
          trialSettings.map((name) => [name, Type.Optional(Type.String({ maxLength: 4_096 }))]),
        ),
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** /v1/storage: which store, without its secrets, and a trial for real of it or of one that is typed in. */
export function registerStorage(
  app: App,
  { storage, environment }: Pick<Doors, 'storage' | 'environment'>,
): void {
  app.get('/v1/storage', { config: { action: 'storage' } }, async () => ({
    ...storage.describe(),
    environment,
  }));

  app.post(
    '/v1/storage/check',
    {
      config: { action: 'storage-check' },
      schema: { body: Trial },
      preValidation: async (request) => {
        // No body: the store in use. A `null` that was sent is no object.
        if (request.body === undefined) request.body = {} as typeof request.body;
      },
    },
    async (request, reply) => {
      const { settings } = request.body as { settings?: Record<string, string> };
      return settings === undefined
        ? storage.check(untilGone(reply))
        : storage.tryOut(settings, untilGone(reply));
    },
  );
}

function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('the client went away')));
  return gone.signal;
}
