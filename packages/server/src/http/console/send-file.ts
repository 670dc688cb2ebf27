import type { FastifyReply, FastifyRequest } from 'fastify';
import { judge } from '../preconditions.ts';
import type { Built, Coding } from './built-files.ts';
import { policiesOf } from './policies.ts';

/**
 * Sends a built file, or 304 where it is the one that the client has (RFC 9110 §13.1.2).
 * @param store where a page may send documents past the service; null: nowhere
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  file: Built,
  store: string | null,
): Promise<FastifyReply> {
  const coding = file.compressible ? preferred(request.headers['accept-encoding']) : 'identity';
  const { bytes, etag } = await file.in(coding);
  reply.headers({
    etag,
    'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(file.compressible ? { vary: 'Accept-Encoding' } : {}),
    ...policiesOf(path, store),
  });
  if (judge(request.headers, { etag, lastModified: null }) === 'not modified') return reply.code(304).send();
  if (coding !== 'identity') reply.header('content-encoding', coding);
  return reply.header('content-type', file.contentType).send(bytes);
}

/** The smallest of the codings that the client takes (RFC 9110 §12.5.3). A weight of 0 means that it does not. */
function preferred(accepted = ''): Coding {
  const taken = new Map(
    accepted
      .toLowerCase()
      .split(',')
      .map((each) => {
        const [name = '', ...parameters] = each.split(';').map((part) => part.trim());
        return [name, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))] as const;
      }),
  );
  const takes = (coding: Coding) => taken.get(coding) ?? taken.get('*') ?? false;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}
