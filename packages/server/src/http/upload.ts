import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { IncomingBody, NewDocument } from '../documents/documents-port.ts';
import type { Caller } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import { callerOf } from './caller.ts';
import { type App, answerDocument, type Doors, rateLimits } from './doors.ts';
import { readForm } from './form.ts';
import { claimedFilename } from './header-text.ts';
import { Intake } from './intake.ts';
import { goneSignal, ignoreBrokenType, placeOf, readIdempotencyKey, readMetadata } from './new-document.ts';
import { rawBody } from './raw-body.ts';
import { Type } from './schema.ts';

const UploadQuery = Type.Object(
  {
    recordId: Type.Optional(Type.String()),
    type: Type.Optional(Type.String()),
    metadata: Type.Optional(Type.String({ description: 'One JSON object of at most 8 KiB' })),
    replaces: Type.Optional(Type.String()),
    filename: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
type UploadQuery = Static<typeof UploadQuery>;

/** A document on its way in, from either door. */
interface Incoming {
  readonly draft: NewDocument;
  readonly body: IncomingBody;
}

/** POST /v1/documents: the whole body is the document, or a form's last part is. */
export async function registerUpload(app: App, doors: Doors): Promise<void> {
  const { documents, publicUrl } = doors;
  const limits = rateLimits(doors);
  await app.register(async (scope: App) => {
    // Fastify would read JSON and text bodies itself; here every body is the document.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));

    scope.post(
      '/v1/documents',
      { config: { action: 'upload' }, schema: { querystring: UploadQuery }, onRequest: ignoreBrokenType },
      async (request, reply) => {
        const caller = callerOf(request);
        const intake = new Intake(request.raw, limits);
        try {
          const { draft, body } = isForm(request)
            ? await fromForm(request, caller, intake)
            : fromRaw(request, caller, intake);
          const gone = goneSignal(reply.raw);
          const { document, replayed } = await documents.receive(caller, draft, body, gone);
          reply.code(201).header('location', `${publicUrl()}/v1/documents/${document.id}`);
          if (replayed) reply.header('idempotency-replayed', 'true');
          return answerDocument(reply, doors, document);
        } finally {
          intake.stop();
        }
      },
    );
  });
}

function isForm(request: FastifyRequest): boolean {
  return request.mediaType === 'multipart/form-data';
}

function fromRaw(
  request: FastifyRequest<{ Querystring: UploadQuery }>,
  caller: Caller,
  intake: Intake,
): Incoming {
  const { recordId, type, metadata, replaces, filename } = request.query;
  const { headers } = request.raw;
  return {
    draft: {
      ...placeOf(caller, recordId, type),
      ...claimsOf(request),
      filename: filename ?? claimedFilename(headers['content-disposition']),
      contentType: headers['content-type'] ?? null,
      metadata: readMetadata(metadata),
      replaces: replaces ?? null,
    },
    body: rawBody(intake),
  };
}

async function fromForm(
  request: FastifyRequest<{ Querystring: UploadQuery }>,
  caller: Caller,
  intake: Intake,
): Promise<Incoming> {
  const [parameter] = Object.keys(request.query);
  if (parameter !== undefined) throw new StrongroomError('unknown_parameter', { parameter, known: [] });
  const claims = claimsOf(request);
  const { fields, file, body } = await readForm(intake, request.raw.headers['content-type'] ?? '');
  return {
    draft: {
      ...placeOf(caller, fields.get('recordId'), fields.get('type')),
      ...claims,
      filename: file.filename,
      contentType: file.contentType,
      metadata: readMetadata(fields.get('metadata')),
      replaces: fields.get('replaces') ?? null,
    },
    body,
  };
}

/** What the headers claim, in either door. */
function claimsOf({ raw }: FastifyRequest): Pick<NewDocument, 'idempotencyKey' | 'contentDigest'> {
  const digest = raw.headers['content-digest'];
  return {
    idempotencyKey: readIdempotencyKey(raw.headers),
    contentDigest: digest === undefined ? null : String(digest),
  };
}
