import type { S3Settings } from '../settings.ts';

/** Where a bucket answers. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The Host field as it is sent and signed. */
  readonly host: string;
  /** What stands before the slash of a key; empty when the host names the bucket. */
  readonly basePath: string;
  /** AWS itself, over TLS: what it can do is documented. */
  readonly isAws: boolean;
}

/** `url` is the endpoint as set; null is AWS in the region of the settings. */
export function locate(
  settings: Pick<S3Settings, 'bucket' | 'region' | 'forcePathStyle'>,
  url: string | null,
): Endpoint {
  const { bucket, region } = settings;
  const top = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const base = new URL(url ?? `https://s3.${region}.${top}`);
  const secure = base.protocol === 'https:';
  // A wildcard certificate covers one label, so a bucket with a dot in its name can't stand in the host (S3 user guide).
  const pathStyle = settings.forcePathStyle || (secure && bucket.includes('.'));
  const host = pathStyle ? base.host : `${bucket}.${base.host}`;
  const folder = base.pathname.replace(/\/+$/, '');
  return {
    origin: `${base.protocol}//${host}`,
    host,
    basePath: pathStyle ? `${folder}/${bucket}` : folder,
    isAws: secure && /\.amazonaws\.com(\.cn)?$/.test(base.hostname),
  };
}
