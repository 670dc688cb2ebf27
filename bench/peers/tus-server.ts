import { createServer } from 'node:http';
import { S3Store } from '@tus/s3-store';
import { Server } from '@tus/server';
import { listen } from '../floors/serve.ts';
import { credentials } from '../floors/sign.ts';

/** A tus server and its S3 store with their defaults. It keeps no record, hashes and checks nothing. Called with the S3 endpoint. */

const datastore = new S3Store({
  s3ClientConfig: {
    bucket: 'tus',
    region: 'us-east-1',
    endpoint: process.argv[2] ?? '',
    forcePathStyle: true,
    credentials,
  },
});
const onResponseError = (_request: unknown, error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
  return undefined;
};
const tus = new Server({ path: '/files', datastore, onResponseError });

listen(createServer({ requestTimeout: 0 }, tus.handle.bind(tus)));
