import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../settings.ts';

/** What a script may read of an answer beside its body, as the clients need it. */
const exposed = [
  'content-disposition',
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'location',
  'retry-after',
  'idempotency-replayed',
  'x-request-id',
  'www-authenticate',
  // What tus answers.
  'tus-resumable',
  'tus-version',
  'tus-extension',
  'tus-max-size',
  'tus-checksum-algorithm',
  'upload-offset',
  'upload-length',
  'upload-defer-length',
  'upload-metadata',
  'upload-expires',
].join(', ');

/** What a script may send. */
const allowed = [
  'authorization',
  'content-type',
  'content-disposition',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'if-range',
  'range',
  'content-digest',
  'x-request-id',
  // What tus sends.
  'tus-resumable',
  'upload-offset',
  'upload-length',
  'upload-defer-length',
  'upload-metadata',
  'upload-checksum',
  'x-http-method-override',
].join(', ');

const preflightAnswer = {
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
  'access-control-allow-headers': allowed,
  /** Two hours are the longest that Chromium keeps it. */
  'access-control-max-age': '7200',
};

/**
 * Calls of pages of other origins (Fetch standard, "CORS protocol"). A page brings its own grant: no cookie is ever allowed,
 * so an origin that is let in can do no more than what it holds.
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;
  readonly #any: boolean;

  constructor({ allowedOrigins }: Pick<Settings, 'allowedOrigins'>) {
    this.#origins = new Set(allowedOrigins);
    this.#any = this.#origins.has('*');
  }

  /** Lets the page that sent `request` read what is answered, whatever that is. */
  open(request: FastifyRequest, reply: FastifyReply): void {
    if (this.#origins.size === 0 || !isShared(request)) return;
    if (!this.#any) reply.header('vary', 'origin');
    const origin = this.#allowed(request);
    if (origin !== null)
      reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed });
  }

  /** Answers a browser's question whether its page may make a call: it comes without credentials. False: it is none. */
  answerPreflight(request: FastifyRequest, reply: FastifyReply): boolean {
    const isPreflight =
      request.method === 'OPTIONS' && request.raw.headers['access-control-request-method'] !== undefined;
    if (!isPreflight || !isShared(request) || this.#allowed(request) === null) return false;
    reply.code(204).headers(preflightAnswer).send();
    return true;
  }

  #allowed({ raw }: FastifyRequest): string | null {
    const { origin } = raw.headers;
    if (origin === undefined) return null;
    if (this.#any) return '*';
    return this.#origins.has(origin) ? origin : null;
  }
}

/** The API and signed links; pages and what operators ask are for their own origin. */
function isShared({ raw: { url = '' } }: FastifyRequest): boolean {
  return url.startsWith('/v1/') || url.startsWith('/l/');
}
