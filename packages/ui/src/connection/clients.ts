import { Strongroom } from '@strongroom/client';
import { type Connection, configured, type Token } from './configure.ts';

interface Clients {
  readonly byText: Map<string | undefined, Strongroom>;
  /** A page may make a new function each time that it draws; what it forgets is forgotten here. */
  readonly byFunction: WeakMap<Extract<Token, () => unknown>, Strongroom>;
}

const shared = new Map<string, Clients>();

/**
 * The client for an element: its own, else one for its own server and token, else the page's. Elements with the same server
 * and token share one client, and so what they ask about the caller.
 */
export function clientFor(own: Connection): Strongroom {
  const page = configured();
  if (own.client) return own.client;
  if (page.client && own.server === undefined && own.token === undefined) return page.client;
  const server = own.server ?? page.server ?? location.origin;
  return sharedClient(new URL(server, document.baseURI).href, own.token ?? page.token);
}

function sharedClient(url: string, token: Token | undefined): Strongroom {
  const ofServer = shared.get(url) ?? { byText: new Map(), byFunction: new WeakMap() };
  shared.set(url, ofServer);
  const make = () => new Strongroom({ url, ...(token !== undefined && { token }) });
  if (typeof token === 'function') return kept(ofServer.byFunction, token, make);
  return kept(ofServer.byText, token, make);
}

function kept<Key>(
  clients: { get(key: Key): Strongroom | undefined; set(key: Key, client: Strongroom): unknown },
  key: Key,
  make: () => Strongroom,
): Strongroom {
  const client = clients.get(key) ?? make();
  clients.set(key, client);
  return client;
}
