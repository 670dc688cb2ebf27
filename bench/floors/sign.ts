import { createHash, createHmac } from 'node:crypto';

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const region = 'us-east-1';

/** Credentials that the sink, which checks none, is given by the floor and by the service. */
export const credentials = { accessKeyId: 'benchaccesskey', secretAccessKey: 'benchsecretkey' };

/**
 * Headers that sign one request to S3 with AWS Signature Version 4, nothing but the required ones.
 * `query` is canonical already (sorted, encoded). `payload` is the body's SHA-256 in hex, or `UNSIGNED-PAYLOAD`.
 */
export function sign(
  method: string,
  url: { host: string; path: string; query: string },
  payload: string,
): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const request = `${method}\n${url.path}\n${url.query}\nhost:${url.host}\nx-amz-content-sha256:${payload}\nx-amz-date:${time}\n\n${names}\n${payload}`;
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(request).digest('hex')}`;
  const signature = hmac(keyOf(day), text).toString('hex');
  return {
    'x-amz-date': time,
    'x-amz-content-sha256': payload,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

let made: { day: string; key: Buffer } | null = null;

/** The signing key lasts a day, so it is made once a day. */
function keyOf(day: string): Buffer {
  if (made?.day !== day) {
    const steps = [day, region, 's3', 'aws4_request'];
    made = { day, key: steps.reduce<Buffer>(hmac, Buffer.from(`AWS4${credentials.secretAccessKey}`)) };
  }
  return made.key;
}
