import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { created, serve } from '../floors/serve.ts';
import { credentials } from '../floors/sign.ts';
import { Measured } from './measured.ts';

/**
 * What most would write first: the request handed to the SDK's `Upload`, with its defaults. It hashes as it passes, as
 * every other subject does; it keeps no record and checks nothing. Called with the S3 endpoint.
 */

const client = new S3Client({
  region: 'us-east-1',
  endpoint: process.argv[2] ?? '',
  forcePathStyle: true,
  credentials,
});

serve(async (request, response) => {
  const id = randomUUID();
  const measured = new Measured();
  request.once('error', (error) => measured.destroy(error));
  const Body = request.pipe(measured);
  await new Upload({ client, params: { Bucket: 'sdk-upload', Key: id, Body } }).done();
  created(response, { id, ...measured.facts() });
});
