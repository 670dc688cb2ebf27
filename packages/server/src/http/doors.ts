import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify';
import type { ApiKeyRecord } from '../access/key-records.ts';
import type { KeyLimits } from '../access/scopes.ts';
import type { DirectPort } from '../documents/direct-port.ts';
import type { Actor, Document, JsonObject } from '../documents/document.ts';
import type { DocumentsPort, Grantable } from '../documents/documents-port.ts';
import type { Caller, Identity } from '../documents/permissions.ts';
import type { ResumingPort } from '../documents/resuming-port.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { RateLimits } from './intake.ts';
import type { LingeringLimits } from './lingering-close.ts';
import type { Readiness, StorageCheck, StorageDescription } from './openapi/schemas.ts';
import { presentDocument } from './present.ts';
import type { RequestObserver } from './request-observer.ts';

export type App = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the doors need; compose hands it in. */
export interface Doors
  extends Pick<
    Settings,
    'allowedOrigins' | 'linkMode' | 'trustProxy' | 'uploadMinRate' | 'maxUploadSize' | 'environment'
  > {
  readonly documents: DocumentsPort;
  readonly resuming: ResumingPort;
  readonly direct: DirectPort;
  /** Raises `unauthenticated`. */
  readonly authenticate: (authorization: string | undefined) => Promise<Identity>;
  readonly sessions: SessionsSource;
  readonly keys: KeysSource;
  readonly links: Links;
  readonly grants: GrantsSource;
  readonly cursors: Cursors;
  /** No slash at the end. */
  readonly publicUrl: () => string;
  /** Where a document's bytes are, for people: `s3://bucket/key` or `file:///…`. */
  readonly pathOf: (document: Document) => string;
  /** Asks store and records. */
  readonly readiness: () => Promise<Readiness>;
  readonly storage: Storage;
  readonly metrics: MetricsSource;
  /** The folder of what browsers load: console/, elements/, frame/. It may be missing. */
  readonly screens: string;
  /** Null: nobody listens. */
  readonly observer: RequestObserver | null;
  readonly log: Log;
  /** For tests: shorter times. */
  readonly limits?: Partial<Limits>;
}

/** The API keys that a caller manages. Every call raises `records_unavailable`, `not_allowed`. */
export interface KeysSource {
  list(caller: Caller): Promise<ApiKeyRecord[]>;
  make(
    caller: Caller,
    wanted: KeyLimits & { readonly name: string },
  ): Promise<{ key: string; record: ApiKeyRecord }>;
  revoke(caller: Caller, id: string): Promise<void>;
}

/** Browsers that have signed in. All but `proves` raise `records_unavailable`, `store_unavailable`, `busy`. */
export interface SessionsSource {
  /** Raises `unauthenticated` for a key or code that is none. */
  begin(signIn: { key: string } | { code: string }): Promise<{ token: string; session: OpenSession }>;
  /** Raises `unauthenticated` where it has ended or is none. */
  open(token: string): Promise<OpenSession>;
  /** Whether the session's page was given this token. */
  proves(session: OpenSession, csrfToken: string): boolean;
  end(session: OpenSession): Promise<void>;
}

export interface OpenSession {
  readonly id: string;
  readonly identity: Identity;
  readonly expiresAt: Date;
  readonly csrfToken: string;
}

/** What GET /v1/storage tells, and trials for real. */
export interface Storage {
  describe(): Omit<StorageDescription, 'environment'>;
  check(signal: AbortSignal): Promise<StorageCheck>;
  /** The same of S3_* settings that were typed in. Raises `invalid_input`, `busy`. */
  tryOut(settings: Readonly<Record<string, string>>, signal: AbortSignal): Promise<StorageCheck>;
}

export interface Links {
  mint(link: {
    documentId: string;
    disposition: 'inline' | 'attachment';
    /** Seconds. */
    expiresIn: number;
    actor: { id: string };
    /** The grant that it is made with, and the key of that. */
    grant: { id: string; key: string } | null;
  }): { token: string; expiresAt: Date };
  /** Raises `link_invalid`, and `records_unavailable`, `busy` of one that a grant made. */
  verify(token: string): Promise<{ documentId: string; disposition: 'inline' | 'attachment'; actor: Actor }>;
}

/** Makes and ends grants; what may be granted, the rules say. */
export interface GrantsSource {
  make(grant: Grantable & GrantLimits & { readonly key: string }): {
    id: string;
    token: string;
    expiresAt: Date;
  };
  /** Raises `invalid_input`, `records_unavailable`. */
  revoke(caller: Identity, id: string): Promise<void>;
}

interface GrantLimits {
  /** Bytes. */
  readonly maxSize: number | null;
  readonly maxFiles: number | null;
  /** Seconds. */
  readonly expiresIn: number;
}

/** What GET /metrics answers, and who may ask. */
export interface MetricsSource {
  readonly contentType: string;
  expose(): Promise<string>;
  /** Everybody may ask. */
  readonly public: boolean;
  /** As the doors' own, also while the service is not ready. */
  readonly authenticate: Doors['authenticate'];
}

export interface Cursors {
  seal(value: JsonObject): string;
  /** Raises `invalid_input` on field `cursor`. */
  unseal(cursor: string): JsonObject;
}

export interface Limits {
  readonly lingering: LingeringLimits;
  /** Milliseconds over which a sender's rate is averaged. */
  readonly rateWindow: number;
  /** Milliseconds for the head of a request to arrive. */
  readonly headers: number;
  /** Milliseconds that an idle connection is kept: longer than the 60 s that load balancers keep theirs. */
  readonly keepAlive: number;
  /** Milliseconds without a byte taken, after which a download is ended: each holds a connection to the store. */
  readonly stalled: number;
}

export const defaultLimits: Limits = {
  lingering: { total: 30_000, silence: 5_000 },
  rateWindow: 60_000,
  headers: 60_000,
  keepAlive: 65_000,
  stalled: 120_000,
};

/** The limits on whoever sends a body. */
export function rateLimits({ uploadMinRate, limits }: Pick<Doors, 'uploadMinRate' | 'limits'>): RateLimits {
  return { minimumRate: uploadMinRate, window: limits?.rateWindow ?? defaultLimits.rateWindow };
}

/** The document as JSON, its revision as ETag (RFC 9110 §8.8.3). */
export function answerDocument(reply: FastifyReply, { pathOf }: Pick<Doors, 'pathOf'>, document: Document) {
  reply.header('etag', `"${document.revision}"`);
  return presentDocument(document, pathOf);
}
