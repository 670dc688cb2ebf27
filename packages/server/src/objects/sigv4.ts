import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/**
 * AWS Signature Version 4 for S3, by headers and by query
 * (Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)").
 * Every request of the byte path passes here, so nothing is computed twice that a day or a second keeps the same.
 */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Signable {
  readonly method: string;
  /** As `encodePath` makes it: what goes over the wire is what is signed. */
  readonly path: string;
  /** As `encodeQuery` makes it; empty for none. */
  readonly query: string;
  /** Lower-case names, `host` among them. All are signed. */
  readonly headers: Readonly<Record<string, string>>;
}

/** SHA-256 of no bytes, in hex. */
export const emptyHash = sha256('');
export const unsigned = 'UNSIGNED-PAYLOAD';

const algorithm = 'AWS4-HMAC-SHA256';

export class Signer {
  readonly #region: string;
  #key: KeyObject | null = null;
  #keyFor = '';
  #time = '';
  #timeFor = Number.NaN;

  constructor(region: string) {
    this.#region = region;
  }

  /**
   * The headers to send: those given, the date, the payload's hash, the session token and `authorization`.
   * `payloadHash` is lower-case hex, `UNSIGNED-PAYLOAD` or one of the `STREAMING-…` names.
   */
  sign(request: Signable, payloadHash: string, by: Credentials, now = Date.now()): Record<string, string> {
    const time = this.#timestamp(now);
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': time,
    };
    if (by.sessionToken !== undefined) headers['x-amz-security-token'] = by.sessionToken;
    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    const signature = this.#signature(
      request,
      canonicalHeaders(headers, names),
      signed,
      payloadHash,
      time,
      by,
    );
    headers.authorization = `${algorithm} Credential=${by.accessKeyId}/${this.#scope(time)}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  }

  /**
   * The query of a presigned URL, signature included. Whoever uses it sends the headers as they are here, and any others.
   * `expiresIn` is in seconds, at most 604,800; the URL also dies with the credentials that signed it.
   */
  presign(
    request: Omit<Signable, 'query'>,
    parameters: Readonly<Record<string, string>>,
    expiresIn: number,
    by: Credentials,
    now = Date.now(),
  ): string {
    const time = this.#timestamp(now);
    const names = Object.keys(request.headers).sort();
    const signed = names.join(';');
    const query = encodeQuery({
      ...parameters,
      'X-Amz-Algorithm': algorithm,
      'X-Amz-Credential': `${by.accessKeyId}/${this.#scope(time)}`,
      'X-Amz-Date': time,
      'X-Amz-Expires': String(expiresIn),
      ...(by.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': by.sessionToken }),
      'X-Amz-SignedHeaders': signed,
    });
    const headers = canonicalHeaders(request.headers, names);
    const signature = this.#signature({ ...request, query }, headers, signed, unsigned, time, by);
    return `${query}&X-Amz-Signature=${signature}`;
  }

  #signature(
    request: Signable,
    headers: string,
    signedHeaders: string,
    payloadHash: string,
    time: string,
    by: Credentials,
  ): string {
    const canonical = `${request.method}\n${request.path}\n${request.query}\n${headers}\n${signedHeaders}\n${payloadHash}`;
    const toSign = `${algorithm}\n${time}\n${this.#scope(time)}\n${sha256(canonical)}`;
    return createHmac('sha256', this.#signingKey(time, by)).update(toSign).digest('hex');
  }

  #scope(time: string): string {
    return `${time.slice(0, 8)}/${this.#region}/s3/aws4_request`;
  }

  /** The signing key holds for one secret and one day. As a KeyObject it signs five times as fast as as bytes. */
  #signingKey(time: string, by: Credentials): KeyObject {
    const day = time.slice(0, 8);
    const wanted = day + by.secretAccessKey;
    if (this.#key === null || this.#keyFor !== wanted) {
      const steps = [day, this.#region, 's3', 'aws4_request'];
      const bytes = steps.reduce<Buffer>(
        (key, step) => createHmac('sha256', key).update(step).digest(),
        Buffer.from(`AWS4${by.secretAccessKey}`),
      );
      this.#key = createSecretKey(bytes);
      this.#keyFor = wanted;
    }
    return this.#key;
  }

  /** `20130524T000000Z`. */
  #timestamp(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#timeFor) {
      this.#time = `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
      this.#timeFor = second;
    }
    return this.#time;
  }
}

const plainPath = /^[A-Za-z0-9\-._~/]*$/;

/** A path encoded as S3 signs it: every byte but the unreserved of RFC 3986 §2.3 and `/`. */
export function encodePath(path: string): string {
  return plainPath.test(path) ? path : encode(path).replaceAll('%2F', '/');
}

/** A query in the order of its names, as signed and as sent. A parameter without a value is written `name=`. */
export function encodeQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? '')}`)
    .join('&');
}

/** Lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** encodeURIComponent leaves five characters alone that S3 wants encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Runs of spaces count as one in the canonical form, so that proxies which fold them do no harm. */
function canonicalHeaders(headers: Readonly<Record<string, string>>, names: readonly string[]): string {
  let text = '';
  for (const name of names) {
    const value = headers[name] as string;
    text += `${name}:${value.includes('  ') ? value.replace(/ +/g, ' ').trim() : value.trim()}\n`;
  }
  return text;
}
