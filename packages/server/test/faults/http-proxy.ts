/**
 * An HTTP proxy in the test's own process between the service and its S3, for what S3s and proxies do that Ceph does
 * not: it may answer itself, and what it changes of a request it signs anew, as a gateway before a store does.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Credentials, Signer, unsigned } from '../../src/objects/sigv4.ts';
import type { Ending, TestBucket } from '../harness.ts';

export interface Passing {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** To be changed; a change is signed anew. */
  readonly headers: IncomingHttpHeaders;
}

export interface Rules {
  /** True when it has answered. */
  readonly answer?: (passing: Passing, response: ServerResponse) => boolean;
  readonly change?: (passing: Passing) => void;
  /** What the store is given of a body, after `change`; null refuses it as one whose checksum is wrong. */
  readonly changeBody?: (passing: Passing, body: Buffer) => Buffer | null;
  /** Of the store's answer. */
  readonly changeAnswer?: (passing: Passing, headers: IncomingHttpHeaders) => void;
}

/** The proxy's URL, to be used as the endpoint of the bucket. */
export async function httpProxy(
  t: Ending & { after(undo: () => unknown): void },
  bucket: Pick<TestBucket, 'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'>,
  rules: Rules,
): Promise<string> {
  const store = new URL(bucket.endpoint);
  const signer = new Signer(bucket.region);
  const server = createServer(async (incoming, response) => {
    const { method = 'GET', url = '/' } = incoming;
    const passing = { method, url, headers: { ...incoming.headers } };
    if (rules.answer?.(passing, response)) return void incoming.resume();
    const whole = method === 'PUT' && rules.changeBody ? await buffer(incoming) : null;
    const body = whole && rules.changeBody?.(passing, whole);
    if (whole && !body) return void refuseBody(response);
    if (body) passing.headers['content-length'] = String(body.length);
    rules.change?.(passing);
    const signed = passing.headers.authorization !== undefined;
    const headers = signed ? signedAnew(passing, store.host, signer, bucket) : passing.headers;
    const onward = request(new URL(url, store), { method, headers }, (answer) => {
      rules.changeAnswer?.(passing, answer.headers);
      // Who asked may be gone by now, ended in the middle: pipeline would raise an error out of this callback.
      if (response.destroyed) return void answer.resume();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => {});
    });
    if (body) onward.end(body);
    else pipeline(incoming, onward, () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function refuseBody(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'application/xml' });
  response.end('<Error><Code>BadDigest</Code><RequestId>1</RequestId></Error>');
}

function signedAnew(
  { method, url, headers }: Passing,
  host: string,
  signer: Signer,
  { accessKeyId, secretAccessKey }: Credentials,
): Record<string, string> {
  const [path = '/', query = ''] = url.split('?');
  const hash = String(headers['x-amz-content-sha256'] ?? unsigned);
  const given = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(x-amz-(?!date|content-sha256)|content-type|if-|range)/.test(name))
      .map(([name, value]) => [name, String(value)]),
  );
  const signed = signer.sign({ method, path, query, headers: { ...given, host } }, hash, {
    accessKeyId,
    secretAccessKey,
  });
  const length = headers['content-length'];
  return length === undefined ? signed : { ...signed, 'content-length': length };
}
