import type { Strongroom } from '@strongroom/client';

/** What a service is called with: a grant's token, or who can fetch a fresh one. */
export type Token = string | (() => string | Promise<string>);

/** Which service the elements talk to, and as whom. */
export interface Connection {
  /** A client of the app's own. With it, `server` and `token` are not looked at. */
  readonly client?: Strongroom | undefined;
  /** Base URL of the service. Default: the page's own origin. */
  readonly server?: string | undefined;
  readonly token?: Token | undefined;
}

let page: Connection = {};
const changes = new EventTarget();

/** Says once for the page what elements use that have no `client`, `server` or `token` of their own. */
export function configure(connection: Connection): void {
  page = connection;
  changes.dispatchEvent(new Event('change'));
}

/** What `configure` was last given. */
export function configured(): Connection {
  return page;
}

/** Calls `changed` after every `configure`; returns what ends that. */
export function onConfigure(changed: () => void): () => void {
  changes.addEventListener('change', changed);
  return () => changes.removeEventListener('change', changed);
}
