import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Described } from './docs/described.ts';
import type { App, Doors } from './doors.ts';
import { judge } from './preconditions.ts';

/** `npm run openapi` writes it from the routes; a test holds it to them. */
const file = new URL('../../openapi.json', import.meta.url);

interface Page {
  readonly bytes: Buffer;
  /** With its quotes. */
  readonly etag: string;
}

/**
 * /openapi.json and /docs: what the service answers, for programs and for people, with its own address. Without a key.
 * Nothing is read or made before it is asked for.
 */
export function registerDescription(app: App, { publicUrl }: Pick<Doors, 'publicUrl'>): void {
  const description = madeOnce(async (url) => JSON.stringify(await describedAt(url)));
  const docs = madeOnce(async (url) => {
    const { docsPage } = await import('./docs/page.ts');
    return docsPage(await describedAt(url));
  });

  // One route for both methods: the HEAD that Fastify derives from a GET would answer 304 with Content-Length: 0.
  const method = ['GET', 'HEAD'];
  app.route({
    method,
    url: '/openapi.json',
    handler: async (request, reply) =>
      sendPage(request, reply, await description(publicUrl()), {
        'content-type': 'application/json; charset=utf-8',
      }),
  });
  app.route({
    method,
    url: '/docs',
    handler: async (request, reply) => {
      const { policy } = await import('./docs/page.ts');
      return sendPage(request, reply, await docs(publicUrl()), {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
      });
    },
  });
}

/** The file with `url` in the place of the address that is written in it. */
async function describedAt(url: string): Promise<Described> {
  const text = await readFile(file, 'utf8');
  const written = (JSON.parse(text) as Described).servers[0]?.url ?? '';
  const ours = JSON.parse(text.replaceAll(written, JSON.stringify(url).slice(1, -1)));
  return { ...ours, servers: [{ url }] };
}

/** Keeps what `make` made for the last address, which changes once, when the service learns its port; a failure is not kept. */
function madeOnce(make: (url: string) => Promise<string>): (url: string) => Promise<Page> {
  let kept: { url: string; page: Promise<Page> } | null = null;
  return (url) => {
    if (kept?.url === url) return kept.page;
    const made = { url, page: make(url).then(paged) };
    kept = made;
    made.page.catch(() => {
      if (kept === made) kept = null;
    });
    return made.page;
  };
}

function paged(text: string): Page {
  const bytes = Buffer.from(text);
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}

/** `no-cache`: asked for again each time, and 304 as long as the service is the same. */
function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag }: Page,
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  reply.headers({ etag, 'cache-control': 'no-cache' });
  if (judge(request.headers, { etag, lastModified: null }) === 'not modified') return reply.code(304).send();
  return reply.headers(headers).send(bytes);
}
