import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import { serve } from './serve.ts';
import { sign } from './sign.ts';

/**
 * The floor of verifying what lies in a bucket: a bare client that reads the object and hashes it. `GET /{key}` does so and
 * answers what it found. Called with the S3 endpoint.
 */

const endpoint = process.argv[2] ?? '';
const pool = new Pool(endpoint, { headersTimeout: 0, bodyTimeout: 0 });

serve(async (request, response) => {
  const path = `/floor${request.url}`;
  const headers = sign('GET', { host: new URL(endpoint).host, path, query: '' }, 'UNSIGNED-PAYLOAD');
  const { body, statusCode } = await pool.request({ method: 'GET', path, headers });
  if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode}`);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  response.end(JSON.stringify({ sha256: hash.digest('hex'), size }));
});
