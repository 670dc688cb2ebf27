import type { FastifyReply, FastifyRequest } from 'fastify';
import { StrongroomError } from '../../errors.ts';
import type { App, Doors } from '../doors.ts';
import { Type } from '../schema.ts';

/**
 * Where the console answers. One page for all: which of them is shown, its program reads from the path. Wildcards and not
 * parameters, since a record's id may be longer, once it is percent-encoded, than a parameter may be. Who cuts an id off an
 * address is told in words that nothing is there.
 */
const consolePaths = [
  ...['/', '/upload', '/storage', '/keys', '/sign-in'],
  ...['/documents', '/documents/*', '/records', '/records/*'],
];

/** The console keeps its filters in the query, and a file may be asked for with any. */
const anyQuery = Type.Object({}, { additionalProperties: true });

/**
 * The console at `/` and what browsers load under `/ui/`, out of the folder that `npm run build` fills. Open to everybody:
 * what the console shows it asks for with a session. Nothing is loaded or read before it is first asked for.
 */
export function registerConsole(app: App, { screens, direct }: Pick<Doors, 'screens' | 'direct'>): void {
  let folder: ReturnType<typeof opened> | null = null;
  const opened = async () => {
    const { BuiltFiles } = await import('./built-files.ts');
    const { sendFile } = await import('./send-file.ts');
    return { files: new BuiltFiles(screens), sendFile };
  };
  const send = async (request: FastifyRequest, reply: FastifyReply, path: string) => {
    folder ??= opened();
    const { files, sendFile } = await folder;
    const file = await files.find(path);
    return file === null ? null : sendFile(request, reply, path, file, direct.origin);
  };

  // One route for both methods: the HEAD that Fastify derives from a GET would answer 304 with Content-Length: 0.
  const method = ['GET', 'HEAD'];
  const route = {
    method,
    schema: { querystring: anyQuery },
    // Whatever it is, it is right: a validator for each page would be compiled at every start.
    validatorCompiler: () => () => true,
    config: { page: true },
  };
  for (const url of consolePaths)
    app.route({
      ...route,
      url,
      handler: async (request, reply) =>
        (await send(request, reply, 'console/index.html')) ?? sendNotBuilt(reply),
    });
  app.route({
    ...route,
    url: '/ui/*',
    handler: async (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      const sent = await send(request, reply, path);
      if (sent === null) throw new StrongroomError('route_missing', {});
      return sent;
    },
  });
}

async function sendNotBuilt(reply: FastifyReply): Promise<FastifyReply> {
  const { notBuilt } = await import('./not-built.ts');
  return reply
    .code(404)
    .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': notBuilt.policy })
    .send(notBuilt.page);
}
