import type { FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors.ts';
import type { App } from './doors.ts';

/** Remembers which methods each path answers, as routes are added to `app` from now on. */
export function knownMethods(app: App): { refusal(request: FastifyRequest): StrongroomError } {
  const known = new Map<string, { path: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const entry = known.get(url) ?? { path: patternOf(url), methods: new Set() };
    known.set(url, entry);
    for (const each of [method].flat()) entry.methods.add(each);
  });
  return {
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
  return new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`);
}
