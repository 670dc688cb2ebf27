import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import Fastify, { type FastifyReply, type FastifyRequest, LogController, type RouteOptions } from 'fastify';
import { hasCode, StrongroomError } from '../errors.ts';
import { attach } from './attach.ts';
import { takeOn } from './broken-requests.ts';
import { letIn } from './caller.ts';
import { registerCaller } from './caller-access.ts';
import { registerConsole } from './console/pages.ts';
import { registerContent } from './content.ts';
import { CrossOrigin } from './cross-origin.ts';
import { registerDescription } from './description.ts';
import { registerDirectUploads } from './direct-uploads.ts';
import { registerDocumentTypes } from './document-types.ts';
import { registerDocuments } from './documents.ts';
import { type App, type Doors, defaultLimits, rateLimits } from './doors.ts';
import { registerGrants } from './grants.ts';
import { registerHealth } from './health.ts';
import { readJson } from './json-body.ts';
import { registerKeys } from './keys.ts';
import { bodyIsUnread, isLingering, lingerAfterAnswer } from './lingering-close.ts';
import { registerLinks, registerSignedLinks } from './links.ts';
import { registerMetrics } from './metrics.ts';
import { countUnanswered } from './pipelining.ts';
import { problemOf } from './problems.ts';
import { parseQuery } from './query-string.ts';
import { asStrongroomError } from './refusals.ts';
import { requestIdOf } from './request-id.ts';
import { breaksOff, logWhenDone } from './request-log.ts';
import { knownRoutes, type Route } from './routes.ts';
import { Type } from './schema.ts';
import { registerSession } from './session.ts';
import { registerStorage } from './storage.ts';
import { overrideMethod, registerTus, registerTusOptions } from './tus.ts';
import { sayVersion } from './tus-protocol.ts';
import { registerUpload } from './upload.ts';

export interface HttpServer {
  readonly app: App;
  /** Every method of every path that answers; openapi.json is made of them. */
  readonly routes: readonly Route[];
  /** Answers one request. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** See attach.ts. */
  readonly attach: (server: Server) => void;
  /** Releases what the doors hold. Servers are closed by who opened them. */
  close(): Promise<void>;
}

/** Puts the doors together. Listens nowhere: a server made by the caller is given `handler` and `attach`. */
export async function createServer(doors: Doors): Promise<HttpServer> {
  const crossOrigin = new CrossOrigin(doors);
  const begin = (request: FastifyRequest, reply: FastifyReply) => {
    beginAnswer(doors, request, reply);
    sayVersion(request, reply);
    crossOrigin.open(request, reply);
  };
  const app: App = Fastify<Server, IncomingMessage, ServerResponse>({
    genReqId: requestIdOf,
    trustProxy: trusted(doors.trustProxy),
    // No limit of Fastify's may come before ours: a long token is a link that does not work, not a route that is missing.
    routerOptions: { maxParamLength: 2_048, querystringParser: parseQuery },
    return503OnClosing: false,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, verbose: true } },
    logController: new StreamErrorLog(doors),
    frameworkErrors(error, request, reply) {
      begin(request, reply);
      void refuseUnrouted(doors, error, request, reply);
    },
  });
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    // An unknown query parameter is refused, never ignored: also where a route takes none.
    route.schema = { querystring: Type.Object({}, { additionalProperties: false }), ...route.schema };
  });
  const routes = knownRoutes(app);
  app.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    countUnanswered(request, reply);
    if (crossOrigin.answerPreflight(request, reply)) return;
    if (!request.is404) return done();
    letIn(request, doors).then(() => done(routes.refusal(request)), done);
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    closeWhereNeeded(doors, request.raw, reply);
    done();
  });
  app.setErrorHandler((error, request, reply) => refuse(doors, asStrongroomError(error), request, reply));

  registerHealth(app, doors);
  registerDescription(app, doors);
  registerMetrics(app, doors);
  registerSignedLinks(app, doors);
  registerConsole(app, doors);
  await app.register(async (open: App) => {
    takeJson(open, doors);
    registerSession(open, doors);
    registerTusOptions(open, doors);
  });
  await app.register(async (locked: App) => {
    locked.addHook('onRoute', assertActionNamed);
    locked.addHook('onRequest', (request) => letIn(request, doors));
    takeJson(locked, doors);
    registerDocuments(locked, doors);
    registerLinks(locked, doors);
    registerContent(locked, doors);
    registerDocumentTypes(locked, doors);
    registerCaller(locked, doors);
    registerGrants(locked, doors);
    registerKeys(locked, doors);
    registerStorage(locked, doors);
    await registerUpload(locked, doors);
    await registerTus(locked, doors);
    registerDirectUploads(locked, doors);
  });
  await app.ready();

  return {
    app,
    routes: routes.all,
    handler: (request, response) => {
      // What a refused client still sends is discarded, also where it looks like a request.
      if (isLingering(request.socket)) return;
      takeOn(request);
      overrideMethod(request);
      app.routing(request, response);
    },
    attach: (server) => attach(server, doors),
    close: () => app.close(),
  };
}

/** JSON and nothing else, read as it arrives. */
function takeJson(app: App, doors: Doors): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (_request: FastifyRequest, body: IncomingMessage) =>
    readJson(body, rateLimits(doors)),
  );
}

/** A route that says nothing would be open to every key. */
function assertActionNamed({ url, config }: RouteOptions): void {
  if (config?.action === undefined)
    throw new Error(`${url} does not say what its caller must be allowed to do`);
}

/** A number counts the proxies between the client and this server. */
function trusted(setting: Doors['trustProxy']) {
  return typeof setting === 'number' ? (_address: string, hop: number) => hop < setting : setting;
}

function beginAnswer(doors: Doors, request: FastifyRequest, reply: FastifyReply): void {
  logWhenDone(doors, request, reply);
  reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
}

/** Errors that Fastify meets before it has a route: nobody hears more of them than of any other, without a key. */
async function refuseUnrouted(
  doors: Doors,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const refusal = await letIn(request, doors).then(() => error, asStrongroomError);
  closeWhereNeeded(doors, request.raw, reply);
  refuse(doors, asStrongroomError(refusal), request, reply);
}

/** A connection whose request was not read to its end lingers; one whose server takes no more is not kept. */
function closeWhereNeeded({ limits }: Doors, request: IncomingMessage, reply: FastifyReply): void {
  const { server } = request.socket as { server?: Server };
  if (bodyIsUnread(request)) {
    reply.header('connection', 'close');
    lingerAfterAnswer(request, limits?.lingering ?? defaultLimits.lingering);
  } else if (server?.listening === false) reply.header('connection', 'close');
}

function refuse(
  { log, observer, environment }: Doors,
  error: StrongroomError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (reply.raw.destroyed || request.raw.socket.destroyed) return reply.hijack();
  observer?.refused(error.code);
  const { requestId, ...facts } = { requestId: request.id, error };
  if (isOurFault(error)) log.error({ requestId, ...facts }, 'a request failed');
  else if (hasCode(error, 'store_unavailable') || hasCode(error, 'records_unavailable')) {
    log.warn({ requestId, ...facts }, 'a request could not be served');
  }
  const { status, headers, body } = problemOf(error, environment.contact);
  return reply.code(status).headers(headers).send(body);
}

function isOurFault({ code }: StrongroomError): boolean {
  return code === 'internal' || code === 'object_exists' || code === 'object_missing';
}

/**
 * Fastify's own lines are off; a download that breaks off in the middle is told here: to the operator where it is our
 * fault, and counted as the problem that it was too late to answer.
 */
class StreamErrorLog extends LogController {
  readonly #log: Doors['log'];
  readonly #observer: Doors['observer'];

  constructor({ log, observer }: Pick<Doors, 'log' | 'observer'>) {
    super({ disableRequestLogging: true });
    this.#log = log;
    this.#observer = observer;
  }

  override streamError(error: Error, request: FastifyRequest): void {
    const ours = error instanceof StrongroomError && !isOfClient(error);
    if (ours) {
      this.#observer?.refused(error.code);
      breaksOff(request.raw, error.code);
    }
    const level = isOfClient(error) ? 'debug' : hasCode(error, 'internal') ? 'error' : 'warn';
    this.#log[level]({ requestId: request.id, error }, 'an answer broke off');
  }
}

/** A client that goes away is everyday; its request's own line says so. What the store does wrong, `exactly` has named. */
function isOfClient(error: NodeJS.ErrnoException): boolean {
  return hasCode(error, 'aborted') || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
