import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { JsonObject } from '../documents/document.ts';
import { assertMayUpload, type Caller } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';

/** What every door reads of a document that is brought. */

/** Whether the caller may bring it there is asked before anything else of it is looked at. */
export function placeOf(caller: Caller, recordId: string | undefined, type: string | undefined) {
  const place = { recordId: given('recordId', recordId), type: given('type', type) };
  assertMayUpload(caller, place);
  return place;
}

/** Whether it is an object, and what it may hold, the rules say. */
export function readMetadata(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    throw invalid('metadata', 'is not JSON; send one object such as {"case":"42"}');
  }
}

/** Null: none was sent. Raises `invalid_input`. */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[!-~]{1,255}$/.test(key)) return key;
  throw invalid('Idempotency-Key', 'takes 1 to 255 visible ASCII characters');
}

export function invalid(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem });
}

/** A Content-Type that is none is no claim; Fastify would refuse the upload for it. */
export async function ignoreBrokenType(request: FastifyRequest): Promise<void> {
  if (request.raw.headers['content-type'] !== undefined && !request.mediaType) {
    delete request.raw.headers['content-type'];
  }
}

/** Fires when the connection is gone before the answer is out: because the client went away, or the server stops. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished)
      gone.abort(new StrongroomError('aborted', { reason: 'the client went away' }));
  });
  return gone.signal;
}

function given(field: string, value: string | undefined): string {
  if (value === undefined) throw invalid(field, 'is missing');
  return value;
}
