import { Agent, request } from 'node:http';
import type { Operation } from './contract.ts';

export interface Input {
  readonly path: Readonly<Record<string, string>>;
  /** A name may come several times. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly mediaType: string | null; readonly bytes: Buffer } | null;
}

export const nothing: Input = { path: {}, query: [], headers: {}, body: null };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

const agent = new Agent({ keepAlive: true });
export const closeConnections = () => agent.destroy();

/** Makes the call as it is, also where HTTP clients would mend it. */
export function call(url: string, { method, path }: Operation, input: Input): Promise<Answer> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => input.path[name] ?? '');
  const query = input.query.map((pair) => pair.map(escaped).join('=')).join('&');
  const { body, headers } = input;
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${filled}${query && `?${query}`}`, {
      method,
      agent,
      headers: {
        ...(body?.mediaType ? { 'content-type': body.mediaType } : {}),
        ...(body ? { 'content-length': body.bytes.length } : {}),
        ...headers,
      },
    });
    sent.on('error', reject).on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
        );
    });
    sent.end(body?.bytes);
  });
}

function escaped(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
