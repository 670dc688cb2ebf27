import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { NewDocument } from '../documents/documents-port.ts';
import type { Caller } from '../documents/permissions.ts';
import type { Piece, Standing } from '../documents/resuming-port.ts';
import { callerOf } from './caller.ts';
import { type App, answerDocument, type Doors, rateLimits } from './doors.ts';
import { Intake } from './intake.ts';
import {
  goneSignal,
  ignoreBrokenType,
  invalid,
  placeOf,
  readIdempotencyKey,
  readMetadata,
} from './new-document.ts';
import { rawBody } from './raw-body.ts';
import { Type } from './schema.ts';
import {
  assertOffsetOctets,
  assertVersion,
  isTus,
  offered,
  readBytes,
  readChecksum,
  readLength,
  tusPath,
} from './tus-protocol.ts';
import { readUploadMetadata } from './upload-metadata.ts';

const params = Type.Object({ id: Type.String() });
const config = { action: 'upload' } as const;
const one = `${tusPath}/:id`;

/** OPTIONS /v1/uploads: what is offered, for whoever asks. */
export function registerTusOptions(app: App, { maxUploadSize }: Pick<Doors, 'maxUploadSize'>): void {
  app.options(tusPath, async (_request, reply) => reply.code(204).headers(offered(maxUploadSize)).send());
}

/** /v1/uploads: uploads that go on over several requests, by tus 1.0. An upload's id is its document's. */
export async function registerTus(app: App, doors: Doors): Promise<void> {
  const { resuming } = doors;
  const spoken = { config, onRequest: assertVersion };

  app.head(one, { ...spoken, schema: { params } }, async (request, reply) => {
    const standing = await resuming.where(callerOf(request), request.params.id);
    const { length, sent } = standing;
    reply.headers(length === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(length) });
    if (sent) reply.header('upload-metadata', sent);
    return tell(reply.code(200), standing).send();
  });

  // No call of tus: what became of it, for who may bring documents and not read them.
  app.get(one, { config, schema: { params }, exposeHeadRoute: false }, async (request, reply) =>
    answerDocument(reply, doors, await resuming.describe(callerOf(request), request.params.id)),
  );

  app.delete(one, { ...spoken, schema: { params } }, async (request, reply) => {
    await resuming.terminate(callerOf(request), request.params.id);
    return reply.code(204).send();
  });

  await app.register(async (scope: App) => {
    // Here every body is bytes of a document, which nobody reads but the rules.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    const bytes = { config, onRequest: [assertVersion, ignoreBrokenType] };

    scope.post(tusPath, bytes, async (request, reply) => {
      const caller = callerOf(request);
      const { wanted, length, sent } = readCreation(request, caller);
      const { standing, replayed } = await withPiece(doors, request, (piece, hasBody) => {
        const begun = { length, sent, first: hasBody ? piece : null };
        return resuming.begin(caller, wanted, begun, goneSignal(reply.raw));
      });
      // Relative to this very path (RFC 3986 §5), so it holds behind any proxy.
      reply.code(201).header('location', `uploads/${standing.id}`);
      if (replayed) reply.header('idempotency-replayed', 'true');
      return tell(reply, standing).send();
    });

    scope.patch(one, { ...bytes, schema: { params } }, async (request, reply) => {
      const { headers } = request.raw;
      assertOffsetOctets(request);
      const offset = readBytes(headers, 'Upload-Offset');
      if (offset === null) throw invalid('Upload-Offset', 'is missing');
      const at = { offset, length: readBytes(headers, 'Upload-Length') };
      const standing = await withPiece(doors, request, (piece) =>
        resuming.append(callerOf(request), request.params.id, at, piece),
      );
      return tell(reply.code(204), standing).send();
    });
  });
}

/**
 * The method that the field X-HTTP-Method-Override names takes the place of the actual one, for clients that can send no other
 * than POST. Asked before anything is routed, so that all that goes by the method goes by this one.
 */
export function overrideMethod(request: IncomingMessage): void {
  const wanted = request.headers['x-http-method-override'];
  if (typeof wanted !== 'string' || !isTus(request.url ?? '')) return;
  const method = wanted.toUpperCase();
  if (['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS'].includes(method)) request.method = method;
}

/** What a creation says of its document. */
function readCreation(request: FastifyRequest, caller: Caller) {
  const { headers } = request.raw;
  const sent = String(headers['upload-metadata'] ?? '');
  const told = readUploadMetadata(sent);
  const wanted: NewDocument = {
    // Uppy has the file's content type under `type`, so ours has another name as well.
    ...placeOf(caller, told.get('recordId'), told.get('documentType') ?? told.get('type')),
    filename: told.get('filename') ?? told.get('name') ?? null,
    contentType: told.get('filetype') ?? null,
    metadata: readMetadata(told.get('metadata') || undefined),
    replaces: told.get('replaces') || null,
    idempotencyKey: readIdempotencyKey(headers),
    contentDigest: null,
  };
  if (headers['upload-concat'] !== undefined)
    throw invalid('Upload-Concat', 'is not offered here; send the document as one upload');
  return { wanted, length: readLength(headers), sent };
}

/** With the bytes that come along, for as long as `work` takes. */
async function withPiece<T>(
  doors: Doors,
  request: FastifyRequest,
  work: (piece: Piece, hasBody: boolean) => Promise<T>,
): Promise<T> {
  const checksum = readChecksum(request.raw.headers);
  const intake = new Intake(request.raw, rateLimits(doors));
  const hasBody = intake.declared !== 0;
  if (hasBody) assertOffsetOctets(request);
  try {
    return await work({ body: rawBody(intake), checksum }, hasBody);
  } finally {
    intake.stop();
  }
}

function tell(reply: FastifyReply, { offset, expiresAt }: Standing): FastifyReply {
  reply.header('upload-offset', String(offset));
  // RFC 9110 §5.6.7.
  if (expiresAt !== null) reply.header('upload-expires', expiresAt.toUTCString());
  return reply;
}
