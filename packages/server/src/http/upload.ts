import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { JsonObject } from '../documents/document.ts';
import type { IncomingBody, NewDocument } from '../documents/documents-port.ts';
import { assertMayUpload, type Caller } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import { callerOf } from './caller.ts';
import { type App, answerDocument, type Doors, rateLimits } from './doors.ts';
import { readForm } from './form.ts';
import { claimedFilename } from './header-text.ts';
import { Intake } from './intake.ts';
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

/** A Content-Type that is none is no claim; Fastify would refuse the upload for it. */
async function ignoreBrokenType(request: FastifyRequest): Promise<void> {
  if (request.raw.headers['content-type'] !== undefined && !request.mediaType) {
    delete request.raw.headers['content-type'];
  }
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
  const key = raw.headers['idempotency-key'];
  if (key !== undefined && !(typeof key === 'string' && /^[!-~]{1,255}$/.test(key))) {
    throw invalid('Idempotency-Key', 'takes 1 to 255 visible ASCII characters');
  }
  const digest = raw.headers['content-digest'];
  return { idempotencyKey: key ?? null, contentDigest: digest === undefined ? null : String(digest) };
}

/** Whether the caller may bring it there is asked before anything else of it is looked at. */
function placeOf(caller: Caller, recordId: string | undefined, type: string | undefined) {
  const place = { recordId: given('recordId', recordId), type: given('type', type) };
  assertMayUpload(caller, place);
  return place;
}

function given(field: string, value: string | undefined): string {
  if (value === undefined) throw invalid(field, 'is missing');
  return value;
}

/** Whether it is an object, and what it may hold, the rules say. */
function readMetadata(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    throw invalid('metadata', 'is not JSON; send one object such as {"case":"42"}');
  }
}

function invalid(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem });
}

/** Fires when the connection is gone before the answer is out: because the client went away, or the server stops. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished)
      gone.abort(new StrongroomError('aborted', { reason: 'the client went away' }));
  });
  return gone.signal;
}
