/** TLS before a store that has none, with a certificate that nobody trusts. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { selfSigned } from './self-signed.ts';

/** `url` is the target's by way of the proxy, `certificate` the PEM that would make it trusted. */
export async function tlsProxy(
  t: { after(undo: () => unknown): void },
  target: string,
): Promise<{ url: string; certificate: string }> {
  const { key, cert } = selfSigned();
  const { hostname: host, port } = new URL(target);
  const server = createServer({ key, cert }, (near) => {
    const far = connect({ host, port: Number(port) });
    pipeline(near, far, () => {});
    pipeline(far, near, () => {});
    t.after(() => near.destroy());
  });
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, certificate: cert };
}
