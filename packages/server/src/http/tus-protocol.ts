import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Checksum } from '../documents/resuming-port.ts';
import { StrongroomError } from '../errors.ts';
import { invalid } from './new-document.ts';

/** The fields of the tus resumable upload protocol 1.0.0 (https://tus.io/protocols/resumable-upload). */

const version = '1.0.0';

/** Where it is spoken. */
export const tusPath = '/v1/uploads';

/** The Content-Type of bytes. */
const offsetOctets = 'application/offset+octet-stream';

const extensions = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'termination',
  'expiration',
  'checksum',
];

const algorithms = ['sha1', 'sha256', 'md5'] as const satisfies readonly Checksum['algorithm'][];

/** Bytes of each algorithm's digest. */
const digestSizes: Readonly<Record<Checksum['algorithm'], number>> = { sha1: 20, sha256: 32, md5: 16 };

/** Every answer says which version it is, also a refusal that comes before anything is looked at. */
export function sayVersion({ raw: { url = '' } }: FastifyRequest, reply: FastifyReply): void {
  if (isTus(url)) reply.header('tus-resumable', version);
}

/** Whether a request's target, as it was sent, is an upload's or the place where they begin. */
export function isTus(url: string): boolean {
  return url.startsWith(tusPath) && /^(?:[/?]|$)/.test(url.slice(tusPath.length));
}

/** What is offered here. @param maxSize bytes of one document */
export function offered(maxSize: number): Record<string, string> {
  return {
    'tus-resumable': version,
    'tus-version': version,
    'tus-max-size': String(maxSize),
    'tus-extension': extensions.join(','),
    'tus-checksum-algorithm': algorithms.join(','),
  };
}

/** Raises `tus_version_unsupported` for a request of another version, or of none. */
export async function assertVersion({ raw }: FastifyRequest): Promise<void> {
  if (raw.headers['tus-resumable'] !== version)
    throw new StrongroomError('tus_version_unsupported', { supported: [version] });
}

/** A number of bytes; null: the field was not sent. Raises `invalid_input`. */
export function readBytes(
  headers: IncomingHttpHeaders,
  field: 'Upload-Offset' | 'Upload-Length',
): number | null {
  const text = headers[field.toLowerCase()];
  if (text === undefined) return null;
  // Up to what a number holds exactly.
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw invalid(field, 'takes a number of bytes');
}

/** Bytes of the whole, as a creation says them; null: they are said later. Raises `invalid_input`, `invalid_request`. */
export function readLength(headers: IncomingHttpHeaders): number | null {
  const length = readBytes(headers, 'Upload-Length');
  const deferred = headers['upload-defer-length'];
  if (deferred !== undefined && deferred !== '1')
    throw new StrongroomError('invalid_request', {
      problem: 'Upload-Defer-Length takes 1 and nothing else.',
    });
  if ((length === null) === (deferred === undefined))
    throw invalid('Upload-Length', 'send either it or Upload-Defer-Length: 1');
  return length;
}

/** What the body is said to sum up to; null: nothing was said. Raises `checksum_unsupported`, `invalid_input`. */
export function readChecksum(headers: IncomingHttpHeaders): Checksum | null {
  const text = headers['upload-checksum'];
  if (text === undefined) return null;
  const [name = '', value = '', ...rest] = String(text).split(' ');
  const algorithm = algorithms.find((each) => each === name);
  if (algorithm === undefined)
    throw new StrongroomError('checksum_unsupported', {
      algorithm: name.slice(0, 80),
      supported: algorithms,
    });
  const digest = Buffer.from(value, 'base64');
  if (rest.length > 0 || digest.length !== digestSizes[algorithm] || digest.toString('base64') !== value)
    throw invalid('Upload-Checksum', `takes the ${digestSizes[algorithm]} bytes of a ${algorithm} in base64`);
  return { algorithm, digest };
}

/** Raises `content_type_unsupported` unless the body is said to be bytes of an upload. */
export function assertOffsetOctets({ mediaType }: FastifyRequest): void {
  if (mediaType !== offsetOctets)
    throw new StrongroomError('content_type_unsupported', { accepted: [offsetOctets] });
}
