import type { Route } from '../routes.ts';
import { Components, type JsonMap } from './components.ts';
import { describedOperation, server } from './described-operation.ts';
import type { Tag } from './operation.ts';
import { operations } from './operations.ts';
import { nameAllProblems } from './problem-answers.ts';

const intro = `The documents that an app's users hand in: bytes in the team's own S3 bucket or on disk, facts in its own database.

JSON is in camelCase, times are ISO 8601 in UTC. Later versions may add members to answers: ignore what you do not know. Every call but those marked so wants \`Authorization: Bearer <API key>\`; those on documents take a grant in its place (\`POST /v1/grants\`). A query parameter that a call does not know is refused, never ignored.

Every refusal and every fault is a problem document (RFC 9457) with a stable \`code\`. Where an answer has \`Retry-After\`, the same call may succeed after that many seconds. Beside those named at each call, any request may meet \`route_missing\` (404) where nothing answers at its path, \`method_not_allowed\` (405, with \`Allow\`), \`invalid_request\` (400) where it is not HTTP as RFC 9112 has it, and \`too_slow\` (408) where its head takes longer than a minute. A call that takes no body, sent one, looks at it as the others do.

Pages of the origins that are allowed may call \`/v1\` and \`/l\` (CORS, without cookies).

Each GET answers HEAD too, with the same headers and no body (RFC 9110 §9.3.2).`;

const tags: Readonly<Record<Tag, string>> = {
  Documents: 'Hand in, find, change, archive, delete.',
  Uploads: 'Hand in what is large, over several requests: tus 1.0.',
  Content: 'The bytes, for the holder of an API key.',
  Links: 'The bytes, for whoever holds the URL.',
  Access: 'Who may do what.',
  Configuration: 'What may be uploaded, and where it is kept.',
  Operating: 'For probes and for readers of this page.',
};

/**
 * The OpenAPI 3.1 document of the service: every route, joined with what is told of it. Throws where a route is not
 * described, or something is described that no route answers.
 */
export function describeApi(routes: readonly Route[]): JsonMap {
  const components = new Components();
  const paths: Record<string, Record<string, JsonMap>> = {};
  const found = new Map(routes.filter(({ page }) => !page).map((route) => [nameOf(route), route]));
  for (const operation of operations) {
    const route = found.get(operation.route);
    if (!route) throw new Error(`${operation.route} is described, but nothing answers there`);
    const [method = '', path = ''] = operation.route.split(' ');
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: describedOperation(route, operation, components),
    };
  }
  assertAllDescribed([...found.keys()]);
  nameAllProblems(components);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Strongroom',
      version: '1',
      summary: 'The place where an app’s users’ documents are kept.',
      description: intro,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server, description: 'With nothing set.' }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: sorted(components.schemas),
      responses: sorted(components.responses),
      headers: sorted(components.headers),
      examples: sorted(components.examples),
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key: `strongroom keys create`, or STRONGROOM_API_KEY.',
        },
        grant: {
          type: 'http',
          scheme: 'bearer',
          description: 'A grant for documents of one record: `POST /v1/grants`.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'strongroom_session',
          description:
            'A browser that has signed in by `POST /v1/session`; over TLS its cookie is `__Host-strongroom_session`. What changes something also sends its `csrfToken` as `Strongroom-CSRF`.',
        },
      },
    },
  };
}

function nameOf({ method, url }: Route): string {
  return `${method} ${url.replace(/:(\w+)/g, '{$1}')}`;
}

/** Every GET answers HEAD too; that is said once, for all of them. */
function assertAllDescribed(routes: readonly string[]): void {
  const described = new Set(operations.map(({ route }) => route));
  const missing = routes.filter(
    (route) => !described.has(route) && !described.has(route.replace(/^HEAD /, 'GET ')),
  );
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')}: describe it in http/openapi/operations/, then npm run openapi`);
}

function sorted<T>(named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
}
