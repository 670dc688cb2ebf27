/** Servers that are not the service: proxies with pages of their own, and what else may answer at a URL. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StrongroomError } from '@strongroom/client';
import type { Ending } from '../../server/test/harness.ts';

/** Its URL. What it answers is up to `listener`. */
export async function otherServer(t: Ending, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A page as proxies answer with. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end(`<html><body><h1>${status}</h1><hr>proxy</body></html>`);
  };
}

/** What a call failed with. */
export async function failure(call: Promise<unknown>): Promise<StrongroomError> {
  const error = await call.then(
    () => null,
    (reason) => reason,
  );
  assert.ok(error instanceof StrongroomError, String(error));
  return error;
}
