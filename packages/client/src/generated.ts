/** Made from packages/server/openapi.json by `npm run openapi`. Not to be changed by hand. */

/** What can be allowed. */
export type Action =
  | 'upload'
  | 'list'
  | 'read'
  | 'change'
  | 'link'
  | 'archive'
  | 'delete'
  | 'restore'
  | 'grant'
  | 'storage'
  | 'storage-check'
  | 'keys'
  | 'metrics';

/** Who did it. */
export interface Actor {
  /** An API key, a session of the console, a grant, a signed link, or the service’s own housekeeping. */
  kind: 'key' | 'session' | 'grant' | 'link' | 'chore';
  /** The id of the API key (`environment` for the one in STRONGROOM_API_KEY; of a session: that of its key), of the grant, who made the link, or the chore’s name. */
  id: string;
}

/** What the credentials at hand allow. */
export interface CallerAccess {
  actor: Actor;
  /** What may be done. */
  actions: Action[];
  /** Of the API key; null: it has none, and may do everything, or it is no key. */
  scopes: string[] | null;
  /** Only documents of this record are there; null: of any. */
  recordId: string | null;
  /** Only documents of records that begin so are there; null: of any. */
  recordPrefix: string | null;
  /** Only documents of these types are there; null: of any. */
  types: string[] | null;
  /** Bytes of one upload; null: what its type allows. */
  maxSize: number | null;
  /** Uploads in all; null: any number. */
  maxFiles: number | null;
  /** When it ends; null: no time is set. */
  expiresAt: string | null;
  /** The ways in that this service has: `POST /v1/documents`, `/v1/uploads` (tus 1.0), `/v1/direct-uploads`. */
  transports: Transport[];
}

/** Where a direct upload stands, and what it takes to go on. */
export interface DirectUpload {
  /** Of the document that it becomes. */
  id: string;
  /** Bytes of the whole. */
  size: number;
  /** Bytes of every part but the last. */
  partSize: number;
  partCount: number;
  /** When it is given up unless it goes on; null: every byte is there, and only `complete` is left. */
  expiresAt: string | null;
  /** Parts that can be sent now, in any order and side by side. */
  parts: {
    /** From 1. */
    number: number;
    /** Of its first byte in the document. */
    offset: number;
    /** Bytes that the PUT must have, no more and no fewer. */
    size: number;
    /** Good for one PUT of exactly these bytes. A secret. */
    url: string;
  }[];
  /** Null where there are none. */
  urlsExpireAt: string | null;
  /** Parts that have arrived whole, as the store lists them. */
  received: {
    /** From 1. */
    number: number;
    size: number;
  }[];
}

/** One immutable body of bytes and what is known of it. */
export interface Document {
  /** A UUIDv7, which begins with the time. */
  id: string;
  /** What the document belongs to. */
  recordId: string;
  /** The id of its document type. */
  type: string;
  /** As claimed by the caller, cleaned. */
  filename: string;
  /** What the bytes were found to be, whatever was claimed. */
  contentType: string;
  /** Bytes; null until all have arrived. */
  size: number | null;
  /** Lower-case hex; null until all bytes have arrived. */
  sha256: string | null;
  state: DocumentState;
  storage: StorageLocation;
  metadata: Metadata;
  /** The document of the same record that this one takes the place of. */
  replaces: string | null;
  /** When its upload began. */
  createdAt: string;
  createdBy: Actor;
  /** When anything of it last changed. */
  updatedAt: string;
  /** Null unless archived. */
  archivedAt: string | null;
  /** When it went into the trash; null if it did not. */
  deletedAt: string | null;
  /** When it leaves the trash for good. */
  purgeAfter: string | null;
  /** Counts every change; the ETag of the document. */
  revision: number;
}

export interface DocumentChanges {
  /** Cleaned and kept; never refused. */
  filename?: string | undefined;
  /** Takes the place of the old one whole. */
  metadata?: Metadata | undefined;
}

/** One page of documents. */
export interface DocumentList {
  items: Document[];
  /** Send it as `cursor` for the next page; null on the last. */
  nextCursor: string | null;
}

/** Where the document stands. What may follow what: `receiving` → `available`, `inspecting`, `abandoned`; `inspecting` → `available`, `quarantined`, `abandoned`; `available` ⇄ `archived`; all of these → `deleted` → the state before, or `purging` → `purged`. */
export type DocumentState =
  | 'receiving'
  | 'inspecting'
  | 'available'
  | 'quarantined'
  | 'archived'
  | 'deleted'
  | 'purging'
  | 'purged'
  | 'abandoned';

/** What may be uploaded under one type. */
export interface DocumentType {
  id: string;
  /** For people. */
  label: string;
  /** Content types that are accepted. */
  accept: string[];
  /** Bytes that one document may have. */
  maxSize: number;
  /** Seconds that a deleted document can be restored; 0: it is gone at once. */
  trashFor: number;
}

/** All document types. */
export interface DocumentTypeList {
  items: DocumentType[];
  /** There is one page. */
  nextCursor: null;
}

/** Which of several deployments this is, and whom to ask. */
export interface Environment {
  /** ENVIRONMENT_NAME, such as staging; null: it is not set. */
  name: string | null;
  /** SUPPORT_CONTACT: whom to ask about it; null: it is not set. */
  contact: string | null;
}

/** One line of a document’s history. Lines are only ever added. */
export interface Event {
  id: string;
  /** When it happened. */
  at: string;
  action: EventAction;
  actor: Actor;
  /** The X-Request-Id of the call; null for housekeeping. */
  requestId: string | null;
  /** What there is to say of this action. */
  details: Record<string, unknown>;
}

/** What happened to the document. */
export type EventAction =
  | 'document.received'
  | 'document.inspecting'
  | 'document.available'
  | 'document.changed'
  | 'document.archived'
  | 'document.unarchived'
  | 'document.deleted'
  | 'document.restored'
  | 'document.purging'
  | 'document.purged'
  | 'document.abandoned';

/** One page of a history, oldest first. */
export interface EventList {
  items: Event[];
  /** Send it as `cursor` for the next page; null on the last. */
  nextCursor: string | null;
}

/** A grant, as it is handed to a browser. */
export interface Grant {
  /** Names it to revoke it, and stands in the history of what it did. */
  id: string;
  /** Sent as `Authorization: Bearer <token>`. It can’t be asked for again. */
  token: string;
  /** From then on it answers `grant_expired`. */
  expiresAt: string;
}

export interface Health {
  ok: true;
}

/** An API key, without its secret. */
export interface Key {
  /** The public part of the key, which logs and histories name. */
  id: string;
  /** For people. */
  name: string;
  /** Of the API key; null: it has none, and may do everything, or it is no key. */
  scopes: string[] | null;
  /** Only documents of records that begin so are there; null: of any. */
  recordPrefix: string | null;
  /** When it was made. */
  createdAt: string;
  /** Since when it opens nothing; null: it works. */
  revokedAt: string | null;
  /** It is the one that you call with, or that your session acts as. */
  current: boolean;
}

/** The API keys that the caller manages. */
export interface KeyList {
  items: Key[];
  /** There is one page. */
  nextCursor: null;
}

/** A signed link. */
export interface Link {
  /** Opens the document without credentials. */
  url: string;
  /** From then on it answers `link_invalid`. */
  expiresAt: string;
}

/** A new API key. */
export interface MadeKey {
  /** The public part of the key, which logs and histories name. */
  id: string;
  /** For people. */
  name: string;
  /** Of the API key; null: it has none, and may do everything, or it is no key. */
  scopes: string[] | null;
  /** Only documents of records that begin so are there; null: of any. */
  recordPrefix: string | null;
  /** When it was made. */
  createdAt: string;
  /** Since when it opens nothing; null: it works. */
  revokedAt: string | null;
  /** It is the one that you call with, or that your session acts as. */
  current: boolean;
  /** The key itself, shown this once. */
  key: string;
}

/** What the app keeps with the document: one JSON object of at most 8 KiB as UTF-8 and 32 levels, without control characters in names and strings. */
export type Metadata = Record<string, unknown>;

export interface NewDirectUpload {
  /** What the document belongs to. Any characters but control characters. */
  recordId: string;
  /** A configured document type. */
  type: string;
  /** The name of the file. Cleaned, never refused. */
  filename?: string | undefined;
  /** What the bytes are. Default: what the filename’s extension says. */
  contentType?: string | undefined;
  /** Bytes. One byte more or fewer is refused. */
  size: number;
  /** As `Metadata`. */
  metadata?: Record<string, unknown> | undefined;
  /** The document of the same record that this one takes the place of. */
  replaces?: string | undefined;
}

export interface NewGrant {
  /** The one record whose documents are there for it. */
  recordId: string;
  /** What it may do there. */
  actions: ('upload' | 'list' | 'read' | 'change' | 'link' | 'archive' | 'delete' | 'restore')[];
  /** Only documents of these types are there for it. Default: all. */
  types?: string[] | undefined;
  /** Bytes of one upload. Default: what its type allows. */
  maxSize?: number | undefined;
  /** How many uploads it is good for. One that fails is not counted, one that is deleted later is. Default: any number. */
  maxFiles?: number | undefined;
  /** Seconds until it expires. */
  expiresIn?: number | undefined;
}

export interface NewKey {
  /** For people. */
  name: string;
  /** What it may do, and nothing else. Default: everything. */
  scopes?: ('documents:read' | 'documents:write' | 'documents:delete' | 'grants:create' | 'storage:read' | 'storage:check' | 'keys:manage' | 'metrics:read')[] | undefined;
  /** Only documents of records whose id begins so are there for it. Default: all documents. */
  recordPrefix?: string | undefined;
}

export interface NewLink {
  /** Seconds; at most seven days. */
  expiresIn?: number | undefined;
  /** How a browser is to treat it; see `readContent`. */
  disposition?: 'attachment' | 'inline' | undefined;
}

export interface Readiness {
  /** Whether calls will be served. */
  ok: boolean;
  checks: {
    /** The store answers. */
    store: boolean;
    /** The database answers. */
    records: boolean;
  };
}

/** A browser that has signed in. */
export interface Session {
  actor: Actor;
  /** What may be done. */
  actions: Action[];
  /** Of the API key; null: it has none, and may do everything, or it is no key. */
  scopes: string[] | null;
  /** Only documents of records that begin so are there; null: of any. */
  recordPrefix: string | null;
  /** When it ends by itself. */
  expiresAt: string;
  /** What its page sends as `Strongroom-CSRF` with every call that changes something. */
  csrfToken: string;
  environment: Environment;
}

export interface SignIn {
  /** An API key. */
  key?: string | undefined;
  /** A one-time code; case, hyphens and spaces make no difference. */
  code?: string | undefined;
}

/** What a trial of the store showed. */
export interface StorageCheck {
  /** Whether everything that is needed works. */
  ok: boolean;
  checks: StorageProbe[];
}

/** Which store is in use, as configured. */
export interface StorageDescription {
  store: 's3' | 'disk';
  /** Null on disk. */
  bucket: string | null;
  /** What all keys in the bucket begin with. */
  prefix: string | null;
  /** Null on disk. */
  region: string | null;
  /** Null on disk and for AWS’s own. */
  endpoint: string | null;
  /** The canned ACL of every object; null: none is sent. */
  acl: string | null;
  /** The server-side encryption asked for; null: none is asked for. */
  encryption: string | null;
  /** The storage class asked for; null: the bucket’s own. */
  storageClass: string | null;
  /** Of the objects on disk; null on S3. */
  folder: string | null;
  /** Whether there are any. Never the credentials. */
  credentials: {
    set: boolean;
    /** Where they come from, in words. */
    from: string;
  };
  environment: Environment;
}

/** Where the bytes are. */
export interface StorageLocation {
  store: 's3' | 'disk';
  /** Null on disk. */
  bucket: string | null;
  /** Relative to the prefix of the store, where one is configured; null while an upload that goes on has not said what it is. */
  key: string | null;
  /** `s3://bucket/key`, or a `file:` URL on disk; null as `key` is. */
  path: string | null;
  /** Of the object, in a bucket that keeps versions. */
  versionId: string | null;
  /** As written; null: the bucket’s own. */
  storageClass: string | null;
}

/** One thing that was tried. */
export interface StorageProbe {
  /** Of the probe, such as `put` or `public_access`. */
  name: string;
  /** False where it is needed and does not work. */
  ok: boolean;
  /** `not_allowed`: the credentials lack the right. `unknown`: it could not be asked, for the reason in `detail`. */
  result: 'works' | 'fails' | 'not_allowed' | 'unknown';
  /** Whether the settings in use need it. */
  needed: boolean;
  /** What was seen. */
  detail: string;
  /** What the service does about it; empty where nothing. */
  effect: string;
  /** What to change; empty where there is nothing to change. */
  remedy: string;
}

export interface StorageTrial {
  /** As the environment writes them; an empty one counts as not set. `S3_BUCKET`, `S3_ACCESS_KEY_ID` and `S3_SECRET_ACCESS_KEY` are needed. */
  settings?: {
    S3_BUCKET?: string | undefined;
    S3_REGION?: string | undefined;
    S3_ENDPOINT?: string | undefined;
    S3_PUBLIC_ENDPOINT?: string | undefined;
    S3_ACCESS_KEY_ID?: string | undefined;
    S3_SECRET_ACCESS_KEY?: string | undefined;
    S3_SESSION_TOKEN?: string | undefined;
    S3_FORCE_PATH_STYLE?: string | undefined;
    S3_ACL?: string | undefined;
    S3_STORAGE_CLASS?: string | undefined;
    S3_SSE?: string | undefined;
    S3_SSE_KMS_KEY_ID?: string | undefined;
    S3_PREFIX?: string | undefined;
  } | undefined;
}

/** A way in for documents. */
export type Transport = 'plain' | 'tus' | 'direct';

export interface WantedParts {
  /** Of parts, from 1. */
  numbers?: number[] | undefined;
}

/** The query of `uploadDocument`. */
export interface UploadDocumentQuery {
  /** What the document belongs to. Any characters but control characters. Required with a raw body. */
  recordId?: string | undefined;
  /** A configured document type. Required with a raw body. */
  type?: string | undefined;
  /** One JSON object of at most 8 KiB, as `Metadata`. */
  metadata?: string | undefined;
  /** The document of the same record that this one takes the place of. */
  replaces?: string | undefined;
  /** The name of the file. Goes before that of Content-Disposition. Cleaned, never refused. */
  filename?: string | undefined;
}

/** The query of `listDocuments`. */
export interface ListDocumentsQuery {
  /** What the record’s id or the filename begins with. Goes with `recordId`, `type`, `limit`, `cursor` and those of `state` that have a name: not receiving, abandoned, purging, purged. */
  q?: string | undefined;
  /** Those of this record. */
  recordId?: string | undefined;
  /** Those of this document type. */
  type?: string | undefined;
  /** Those in these states: a comma list, or `all`. */
  state?: string | undefined;
  /** ISO 8601 with its offset from UTC, or a date, which begins at midnight UTC; itself not included. Goes with a sort by `createdAt`. A + in a query is written %2B. */
  createdAfter?: string | undefined;
  /** As `createdAfter`. */
  createdBefore?: string | undefined;
  /** `-createdAt`: newest first. `filename` and `size` go with `recordId` only. */
  sort?: '-createdAt' | 'createdAt' | 'filename' | 'size' | undefined;
  /** Items on one page. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** The query of `listEvents`. */
export interface ListEventsQuery {
  /** Items on one page. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** The query of `readContent`. */
export interface ReadContentQuery {
  /** How a browser is to treat it. `inline` is granted to PDF, JPEG, PNG, WebP and plain text only: nothing that could run is ever shown. */
  disposition?: 'inline' | 'attachment' | undefined;
}

/** The query of `headContent`. */
export interface HeadContentQuery {
  /** How a browser is to treat it. `inline` is granted to PDF, JPEG, PNG, WebP and plain text only: nothing that could run is ever shown. */
  disposition?: 'inline' | 'attachment' | undefined;
}

/** What the service refuses with: docs/errors.md. */
export type ServiceCode =
  | 'archived_offline'
  | 'busy'
  | 'checksum_mismatch'
  | 'checksum_unsupported'
  | 'content_type_unsupported'
  | 'csrf_refused'
  | 'direct_uploads_unavailable'
  | 'document_deleted'
  | 'document_missing'
  | 'empty_body'
  | 'grant_expired'
  | 'grant_used_up'
  | 'idempotency_in_progress'
  | 'idempotency_mismatch'
  | 'internal'
  | 'invalid_form'
  | 'invalid_input'
  | 'invalid_request'
  | 'length_mismatch'
  | 'link_invalid'
  | 'method_not_allowed'
  | 'not_allowed'
  | 'not_ready'
  | 'offset_conflict'
  | 'precondition_failed'
  | 'quarantined'
  | 'range_unsatisfiable'
  | 'records_unavailable'
  | 'revision_conflict'
  | 'revision_required'
  | 'route_missing'
  | 'state_conflict'
  | 'store_unavailable'
  | 'too_large'
  | 'too_slow'
  | 'tus_version_unsupported'
  | 'type_refused'
  | 'unauthenticated'
  | 'unknown_document_type'
  | 'unknown_parameter'
  | 'upload_ended'
  | 'upload_incomplete'
  | 'upload_taken_over';

/** Those that may go away by themselves: the same call may succeed later. */
export const retryableCodes: ReadonlySet<string> = new Set<ServiceCode>([
  'busy',
  'checksum_mismatch',
  'idempotency_in_progress',
  'not_ready',
  'offset_conflict',
  'records_unavailable',
  'store_unavailable',
  'too_slow',
  'upload_taken_over',
]);
