import { Strongroom } from '@strongroom/client';
import { type Connection, configured, type Token } from './configure.ts';

const shared = new Map<string, Map<Token | undefined, Strongroom>>();

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
  const ofServer = shared.get(url) ?? new Map<Token | undefined, Strongroom>();
  shared.set(url, ofServer);
  const client = ofServer.get(token) ?? new Strongroom({ url, ...(token !== undefined && { token }) });
  ofServer.set(token, client);
  return client;
}
