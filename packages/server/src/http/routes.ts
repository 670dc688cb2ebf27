import type { FastifyRequest, FastifySchema } from 'fastify';
import type { Action } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import type { App } from './doors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page or a file of one, for people's browsers: no call of the API. */
    readonly page?: boolean;
  }
}

/** One method of one path, as Fastify has it (`/v1/documents/:id`), with the schemas that validate its input. */
export interface Route {
  readonly method: string;
  readonly url: string;
  readonly schema: FastifySchema;
  /** No call of the API: openapi.json does not name it. */
  readonly page: boolean;
  /** What its caller must be allowed to do; `any`: whoever is known may; null: it asks nobody who they are. */
  readonly action: Action | 'any' | null;
}

/** Remembers the routes of `app` that are added from now on. */
export function knownRoutes(app: App): {
  readonly all: readonly Route[];
  refusal(request: FastifyRequest): StrongroomError;
} {
  const all: Route[] = [];
  const known = new Map<string, { path: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method, schema = {}, config = {} }) => {
    const { page = false, action = null } = config;
    const entry = known.get(url) ?? { path: patternOf(url), methods: new Set() };
    known.set(url, entry);
    for (const each of [method].flat()) {
      entry.methods.add(each);
      all.push({ method: each, url, schema, page, action });
    }
  });
  return {
    all,
    /** Why nothing answers: `method_not_allowed` where another method would, else `route_missing`. */
    refusal({ url }) {
      const path = url.split('?', 1)[0] ?? '';
      for (const entry of known.values()) {
        if (entry.path.test(path))
          return new StrongroomError('method_not_allowed', { allowed: [...entry.methods].sort() });
      }
      return new StrongroomError('route_missing', {});
    },
  };
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', '\\.').replaceAll('*', '.*').replace(/:\w+/g, '[^/]+')}$`);
}
