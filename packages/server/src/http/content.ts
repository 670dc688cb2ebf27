import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReadableDocument } from '../documents/documents-port.ts';
import { StrongroomError } from '../errors.ts';
import type { ByteRange } from '../objects/object-store.ts';
import { callerOf } from './caller.ts';
import { type App, type Doors, defaultLimits } from './doors.ts';
import {
  cacheHeaders,
  contentHeaders,
  contentTag,
  type Disposition,
  type Embedding,
} from './download-headers.ts';
import { begun, exactly, whole } from './exact-length.ts';
import { judge, rangeHolds } from './preconditions.ts';
import { contentRange, rangeOf } from './ranges.ts';
import { Type } from './schema.ts';

const Params = Type.Object({ id: Type.String() });
const Query = Type.Object(
  { disposition: Type.Optional(Type.Enum(['inline', 'attachment'])) },
  { additionalProperties: false },
);

/** `GET` and `HEAD /v1/documents/:id/content`: the bytes of one document, for the holder of an API key. */
export function registerContent(app: App, { documents, limits }: Pick<Doors, 'documents' | 'limits'>): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/documents/:id/content',
    schema: { params: Params, querystring: Query },
    config: { action: 'read' },
    async handler(request, reply) {
      const { disposition = 'attachment' } = request.query;
      const readable = await documents.read(callerOf(request), request.params.id);
      return sendContent(request, reply, readable, { disposition, embedding: 'same-origin', ...limits });
    },
  });
}

export interface Sending {
  /** As asked for; the content type decides whether it is granted. */
  readonly disposition: Disposition;
  readonly embedding: Embedding;
  /** See doors.ts. */
  readonly stalled?: number;
}

/**
 * Answers a GET or HEAD with the content of `readable`: 200, 206, 304 (RFC 9110 §13 to §15). HEAD has the headers of a
 * GET without a range (§14.2) and asks nothing of the store.
 *
 * Raises `precondition_failed`, `range_unsatisfiable`, and what the store raises before its first byte. A store that
 * fails later ends the connection. A client that goes away, or takes nothing for `stalled`, ends the store's stream.
 */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  readable: ReadableDocument,
  { disposition, embedding, stalled = defaultLimits.stalled }: Sending,
): Promise<FastifyReply> {
  const { document } = readable;
  const { size } = document;
  const validators = { etag: contentTag(document), lastModified: document.createdAt };
  const verdict = judge(request.headers, validators);
  if (verdict === 'failed') throw new StrongroomError('precondition_failed', { etag: validators.etag });
  if (verdict === 'not modified') return reply.code(304).headers(cacheHeaders(document)).send();
  const headers = contentHeaders(document, disposition, embedding);
  if (request.method === 'HEAD') return reply.headers({ ...headers, 'content-length': size }).send();

  const range = rangeHolds(request.headers['if-range'], validators)
    ? rangeOf(request.headers.range, size)
    : null;
  const length = range ? range.last - range.first + 1 : size;
  // Node counts what the kernel takes; the next request on the connection has none of this.
  reply.raw.setTimeout(stalled, () => reply.raw.destroy());
  const body = await openFor(reply, readable, range, length);
  if (range) reply.code(206).header('content-range', contentRange(range, size));
  return reply.headers({ ...headers, 'content-length': length }).send(body);
}

/** Up to so many bytes go out in one piece: a stream costs more than their memory, for all the time that a slow client takes. */
const wholeUpTo = 128 * 1024;

/** The bytes, once the first of them are there: until then a failing store can be answered with a problem. */
async function openFor(
  reply: FastifyReply,
  readable: ReadableDocument,
  range: ByteRange | null,
  length: number,
): Promise<Readable | Buffer> {
  const gone = new AbortController();
  let body: Readable | null = null;
  reply.raw.once('close', () => {
    if (reply.raw.writableFinished) return;
    const reason = new StrongroomError('aborted', { reason: 'the client went away' });
    gone.abort(reason);
    body?.destroy(reason);
  });
  // The digest says nothing of a part.
  const held = length === readable.document.size ? readable.document : null;
  if (length <= wholeUpTo)
    return whole(await readable.read(length, range ?? undefined, gone.signal), length, held);
  body = exactly(await readable.open(range ?? undefined, gone.signal), length, held);
  if (gone.signal.aborted) body.destroy(gone.signal.reason);
  await begun(body);
  return body;
}
