import { resolve } from 'node:path';
import type { DocumentType } from './documents/policy.ts';
import { StartError } from './errors.ts';
import { checkTemplate, defaultTemplate } from './objects/keys.ts';
import { readConfigFile } from './settings/config-file.ts';
import { Environment, type Kind } from './settings/environment.ts';
import { kinds } from './settings/kinds.ts';
import { readS3 } from './settings/s3.ts';
import { readTraces } from './settings/traces.ts';
import { cut } from './settings/values.ts';

/** Everything that can be set, validated and frozen. Made by readSettings from the environment and the config file. */
export interface Settings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** No slash at the end. Null: http://HOST:PORT as listened on. */
  readonly publicUrl: string | null;
  readonly dataDir: string;
  readonly apiKey: string | null;
  /** The first signs, all verify. Empty: made once and kept in the records. */
  readonly secrets: readonly string[];
  /** Bytes. */
  readonly maxUploadSize: number;
  /** Bytes that all uploads together may hold in part buffers. */
  readonly uploadBufferBytes: number;
  /** Bytes per second, over 60 seconds. */
  readonly uploadMinRate: number;
  /** Milliseconds after which an upload that can go on over several requests, and does not, is given up. */
  readonly uploadExpires: number;
  readonly linkMode: 'stream' | 'redirect';
  /** Documents may be sent to the bucket past the service; counts with S3 alone. */
  readonly directUploads: boolean;
  /** Of pages that work with documents in the browser, as browsers send them in Origin; `*` alone: any. */
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: boolean | string | number;
  readonly environment: EnvironmentSettings;
  /** GET /metrics needs no key. */
  readonly metricsPublic: boolean;
  /** Null: requests are not traced. */
  readonly traces: TraceSettings | null;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly records:
    | { readonly kind: 'sqlite'; readonly folder: string }
    | { readonly kind: 'postgres'; readonly url: string };
  readonly store: { readonly kind: 'disk'; readonly folder: string } | S3Settings;
  readonly keyTemplate: string;
  readonly documentTypes: readonly DocumentType[];
  /** The id to take on when the records are new but the bucket already belongs to this deployment. */
  readonly deployment: string | null;
  readonly lifecycle: LifecycleSettings;
  readonly timeouts: TimeoutSettings;
  /** Milliseconds that running uploads get to end when the service stops. */
  readonly stopWithin: number;
  /** Names that look like ours but aren't; warned about at start. */
  readonly unknown: readonly string[];
}

/** What people are told of where they are: of several deployments, which one, and whom to ask about it. */
export interface EnvironmentSettings {
  readonly name: string | null;
  readonly contact: string | null;
}

export interface S3Settings {
  readonly kind: 's3';
  readonly bucket: string;
  readonly region: string;
  /** Null: AWS. */
  readonly endpoint: string | null;
  /** For presigned URLs; null: the endpoint. */
  readonly publicEndpoint: string | null;
  /** Null: the AWS default chain. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  } | null;
  readonly forcePathStyle: boolean;
  /** A canned ACL; null: no ACL header. */
  readonly acl: string | null;
  readonly storageClass: string | null;
  readonly sse: string | null;
  readonly sseKmsKeyId: string | null;
  /** Without slashes at either end; null: none. */
  readonly prefix: string | null;
}

/** Traces by OpenTelemetry. */
export interface TraceSettings {
  /** Where spans are sent, as OTLP over HTTP. */
  readonly url: string;
  readonly serviceName: string;
  readonly sampler:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio';
  /** Of the samplers by ratio, 0 to 1. */
  readonly ratio: number;
}

/** Milliseconds. */
export interface LifecycleSettings {
  /** How often the chores look. */
  readonly every: number;
  /** An upload without a heartbeat for this long is dead. */
  readonly uploadDeadAfter: number;
  /** Between the first and the second look at an abandoned document; parts in flight can land after an abort. */
  readonly lookAgainAfter: number;
  /** How often the scratch of unfinished uploads is looked through. */
  readonly sweepEvery: number;
  /** How long the record of a purged document still answers before it is forgotten. */
  readonly forgetAfter: number;
}

/** Milliseconds that store and database get before a call counts as failed. */
export interface TimeoutSettings {
  /** Until a connection to S3 or PostgreSQL is made. */
  readonly connect: number;
  /** Until S3 begins to answer a question. */
  readonly read: number;
  /** Until S3 begins to answer any other call, once all is sent; also without progress while sending. */
  readonly write: number;
  /** Between two pieces of what S3 sends. */
  readonly silence: number;
  /** Until PostgreSQL has answered. */
  readonly records: number;
}

/** Bytes. */
const defaultSizes = { maxUpload: 5 * 2 ** 30, uploadBuffer: 64 * 2 ** 20 };

/**
 * Reads the settings from the environment and the config file. `configFile` is used where STRONGROOM_CONFIG is not set;
 * without both, a strongroom.config.{ts,mjs,js,json} in `cwd` is. Relative paths start at `cwd`.
 * Raises StartError with one line that names the setting, what it got (of a secret: its length) and what it takes.
 * The warnings are lines for the operator.
 */
export async function readSettings(
  source: Readonly<Record<string, string | undefined>>,
  { cwd, configFile = null }: { cwd: string; configFile?: string | null },
): Promise<{ settings: Settings; warnings: string[] }> {
  const env = new Environment(source);
  const dataDir = resolve(cwd, env.get('DATA_DIR', kinds.folder, 'data'));
  const read = {
    host: env.get('HOST', kinds.host, '127.0.0.1'),
    port: env.get('PORT', kinds.port, 8080),
    publicUrl: env.get('PUBLIC_URL', kinds.publicUrl, null),
    dataDir,
    apiKey: env.get('STRONGROOM_API_KEY', kinds.apiKey, null),
    secrets: env.get('STRONGROOM_SECRET', kinds.secrets, []),
    maxUploadSize: env.get('MAX_UPLOAD_SIZE', kinds.maxUploadSize, defaultSizes.maxUpload),
    uploadBufferBytes: env.get('UPLOAD_BUFFER_BYTES', kinds.uploadBuffer, defaultSizes.uploadBuffer),
    uploadMinRate: env.get('UPLOAD_MIN_RATE', kinds.minRate, 1024),
    uploadExpires: env.get('UPLOAD_EXPIRES', kinds.uploadExpires, 24 * 3_600_000),
    linkMode: env.get('LINK_MODE', kinds.linkMode, 'stream'),
    directUploads: env.get('DIRECT_UPLOADS', kinds.directUploads, false),
    allowedOrigins: env.get('ALLOWED_ORIGINS', kinds.origins, []),
    trustProxy: env.get('TRUST_PROXY', kinds.trustProxy, false),
    environment: {
      name: env.get('ENVIRONMENT_NAME', kinds.environmentName, null),
      contact: env.get('SUPPORT_CONTACT', kinds.supportContact, null),
    },
    metricsPublic: env.get('METRICS_PUBLIC', kinds.metricsPublic, false),
    traces: readTraces(env),
    logLevel: env.get('LOG_LEVEL', kinds.logLevel, 'info'),
    records: readRecords(env, dataDir),
    store: readStore(env, dataDir),
    deployment: env.get('STRONGROOM_DEPLOYMENT', kinds.deployment, null),
    stopWithin: env.get('STOP_WITHIN', kinds.stopWithin, 30_000),
  };
  const configured = await readConfigFile(cwd, env.text('STRONGROOM_CONFIG') ?? configFile, {
    standard: defaultTemplate,
    problemOf: checkTemplate,
  });
  const unknown = env.unknown();
  const settings: Settings = { ...read, ...configured, unknown: unknown.map(({ name }) => name) };
  assertBufferFits(settings);
  assertKeysFit(settings);
  return {
    settings: deepFreeze(settings),
    warnings: [
      ...unknown.map(({ name, nearest }) => `${cut(name)} is not a setting; the nearest known is ${nearest}`),
      ...doubts(settings),
    ],
  };
}

function readRecords(env: Environment, dataDir: string): Settings['records'] {
  const url = env.get('DATABASE_URL', kinds.databaseUrl, null);
  return url === null ? { kind: 'sqlite', folder: dataDir } : { kind: 'postgres', url };
}

function readStore(env: Environment, dataDir: string): Settings['store'] {
  return readS3(env) ?? { kind: 'disk', folder: resolve(dataDir, 'objects') };
}

/** What is needed to look after store and records. */
export type StoreAndRecords = Pick<
  Settings,
  | 'store'
  | 'records'
  | 'linkMode'
  | 'allowedOrigins'
  | 'directUploads'
  | 'publicUrl'
  | 'maxUploadSize'
  | 'uploadBufferBytes'
  | 'apiKey'
  | 'deployment'
>;

/**
 * Store and records as set, for who looks after them under settings that stop a start: what else is wrong counts as
 * not set. Null when they themselves can't be read.
 */
export function readStoreAndRecords(
  source: Readonly<Record<string, string | undefined>>,
  { cwd }: { cwd: string },
): StoreAndRecords | null {
  const env = new Environment(source);
  const lenient = <T, F>(name: string, kind: Kind<T>, fallback: F): T | F =>
    unlessWrong(() => env.get(name, kind, fallback)) ?? fallback;
  return unlessWrong(() => {
    const dataDir = resolve(cwd, env.get('DATA_DIR', kinds.folder, 'data'));
    return {
      store: readStore(env, dataDir),
      records: readRecords(env, dataDir),
      linkMode: lenient('LINK_MODE', kinds.linkMode, 'stream'),
      directUploads: lenient('DIRECT_UPLOADS', kinds.directUploads, false),
      publicUrl: lenient('PUBLIC_URL', kinds.publicUrl, null),
      allowedOrigins: lenient('ALLOWED_ORIGINS', kinds.origins, []),
      maxUploadSize: lenient('MAX_UPLOAD_SIZE', kinds.maxUploadSize, defaultSizes.maxUpload),
      uploadBufferBytes: lenient('UPLOAD_BUFFER_BYTES', kinds.uploadBuffer, defaultSizes.uploadBuffer),
      apiKey: lenient('STRONGROOM_API_KEY', kinds.apiKey, null),
      deployment: lenient('STRONGROOM_DEPLOYMENT', kinds.deployment, null),
    };
  });
}

function unlessWrong<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof StartError) return null;
    throw error;
  }
}

/** S3 takes 10,000 parts, and each is reserved whole from the buffer before it is read. */
function assertBufferFits({ maxUploadSize, uploadBufferBytes, store }: Settings): void {
  const part = Math.ceil(maxUploadSize / 10_000);
  if (store.kind === 's3' && part > uploadBufferBytes)
    throw new StartError(
      `UPLOAD_BUFFER_BYTES is ${uploadBufferBytes}; with MAX_UPLOAD_SIZE ${maxUploadSize} it takes at least ${part}, one of 10,000 parts.`,
    );
}

/** The store's keys are the prefix, a slash and what the template makes; the template alone was found short enough. */
function assertKeysFit({ keyTemplate, store }: Settings): void {
  if (store.kind !== 's3' || store.prefix === null) return;
  const problem = checkTemplate(`${'p'.repeat(store.prefix.length)}/${keyTemplate}`);
  if (problem !== null) throw new StartError(`S3_PREFIX is too long for the key template: ${problem}.`);
}

/** What is allowed and most likely not meant. */
function doubts({ host, publicUrl, store }: Settings): string[] {
  const lines: string[] = [];
  if (publicUrl === null && ['0.0.0.0', '::'].includes(host))
    lines.push(
      `PUBLIC_URL is not set: links will begin with an address of ${host}, where nobody reaches them`,
    );
  if (store.kind === 's3' && store.acl?.startsWith('public-'))
    lines.push(
      `S3_ACL is ${store.acl}: everyone who knows a key can read the document, without this service`,
    );
  return lines;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
