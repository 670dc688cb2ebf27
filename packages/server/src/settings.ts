import type { DocumentType } from './documents/policy.ts';

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
  readonly linkMode: 'stream' | 'redirect';
  readonly trustProxy: boolean | string | number;
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
  /** Milliseconds that running uploads get to end when the service stops. */
  readonly stopWithin: number;
  /** Names that look like ours but aren't; warned about at start. */
  readonly unknown: readonly string[];
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

/** Milliseconds. */
export interface LifecycleSettings {
  /** How often the chores look. */
  readonly every: number;
  /** An upload without a heartbeat for this long is dead. */
  readonly uploadDeadAfter: number;
  /** Between the first and the second look at an abandoned document; parts in flight can land after an abort. */
  readonly lookAgainAfter: number;
  /** How long the record of a purged document still answers before it is forgotten. */
  readonly forgetAfter: number;
}
