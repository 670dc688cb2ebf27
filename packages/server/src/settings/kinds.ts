import { isIP } from 'node:net';
import type { Kind } from './environment.ts';
import { duration, flag, httpUrl, matching, oneOf, rate, size, whole, within } from './values.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const hour = 3_600_000;

/** What each setting outside S3_* takes. */
export const kinds = {
  host: {
    takes: 'an IP address without brackets or a host name to listen on, such as 127.0.0.1, 0.0.0.0 or ::',
    read: (text) =>
      isIP(text) > 0 || /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)
        ? text
        : undefined,
  } satisfies Kind<string>,
  port: { takes: 'a whole number from 0 (any free port) to 65535', read: whole(0, 65_535) },
  publicUrl: {
    takes: 'the http:// or https:// URL by which others reach the service, without query or credentials',
    read: httpUrl({ path: true }),
  },
  folder: {
    takes: 'a folder',
    read: (text) => (text.includes('\0') ? undefined : text),
  } satisfies Kind<string>,
  apiKey: {
    takes: 'at least 24 characters, no control characters among them, and no sg_ in front as grants have it',
    read: (text) => ([...text].length >= 24 && !/^sg_|\p{Cc}/u.test(text) ? text : undefined),
    secret: true,
  } satisfies Kind<string>,
  secrets: {
    takes: 'one or more random texts of at least 32 characters each, separated by commas; the first signs',
    read: (text) => {
      const secrets = text.split(',').map((part) => part.trim());
      return secrets.every((part) => part.length >= 32) ? secrets : undefined;
    },
    secret: true,
  } satisfies Kind<string[]>,
  // 5 TiB is what S3 engines take as one object.
  maxUploadSize: {
    takes: 'a size such as 5GiB or bytes, from 1 to 5TiB',
    read: (text) => within(1, 5 * 2 ** 40)(size(text)),
  } satisfies Kind<number>,
  uploadBuffer: {
    takes: 'a size such as 64MiB or bytes, from 16MiB to 64GiB',
    read: (text) => within(16 * MiB, 64 * GiB)(size(text)),
  } satisfies Kind<number>,
  minRate: {
    takes: 'bytes per second such as 1KiB, from 1 to 1GiB',
    read: (text) => within(1, GiB)(rate(text)),
  } satisfies Kind<number>,
  uploadExpires: {
    takes: 'a duration such as 24h, from 1m to 30d',
    read: (text) => within(hour / 60, 30 * 24 * hour)(duration(text)),
  } satisfies Kind<number>,
  linkMode: { takes: 'stream or redirect', read: oneOf(['stream', 'redirect']) },
  directUploads: { takes: 'true or false', read: flag },
  origins: {
    takes:
      'origins such as https://app.example.org with commas between: scheme, host and port, no path; or * for any',
    read: (text) => {
      if (text === '*') return ['*'];
      const origins = text.split(',').map((part) => httpUrl({ path: false })(part.trim()));
      return origins.every((origin) => origin !== undefined) ? [...new Set(origins)] : undefined;
    },
  } satisfies Kind<string[]>,
  trustProxy: {
    takes: 'true, false, the number of proxies in front (1 to 100), or their addresses with commas between',
    read: readTrustProxy,
  },
  environmentName: {
    takes: 'a name such as staging, of at most 100 characters, no control characters among them',
    read: matching(/^\P{Cc}{1,100}$/u),
  },
  supportContact: {
    takes:
      'whom to ask, such as ops@example.org or a URL, in at most 200 characters, no control characters among them',
    read: matching(/^\P{Cc}{1,200}$/u),
  },
  metricsPublic: { takes: 'true or false', read: flag },
  logLevel: {
    takes: 'fatal, error, warn, info, debug, trace or silent',
    read: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  },
  databaseUrl: {
    takes: 'postgres://user:password@host:port/database (unset means SQLite in DATA_DIR)',
    read: (text) => (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
    secret: true,
  } satisfies Kind<string>,
  deployment: {
    takes: 'the UUID of a deployment, as the object .strongroom/deployment holds it',
    read: (text) =>
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined,
  } satisfies Kind<string>,
  stopWithin: {
    takes: 'a duration such as 30s, from 0 to 1h',
    read: (text) => within(0, hour)(duration(text)),
  } satisfies Kind<number>,
};

/** `true`, `false`, a number of hops, or addresses and CIDR ranges as Fastify's trustProxy takes them. */
function readTrustProxy(text: string): boolean | number | string | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  const addresses = text.split(',').map((part) => part.trim());
  return whole(1, 100)(text) ?? (addresses.every(isProxyAddress) ? addresses.join(',') : undefined);
}

function isProxyAddress(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || whole(0, version === 4 ? 32 : 128)(bits) !== undefined;
}
