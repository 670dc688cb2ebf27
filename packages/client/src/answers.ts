/** What the service answers with. */

export type Metadata = Record<string, unknown>;
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

export interface Actor {
  kind: 'key' | 'grant' | 'session' | 'link' | 'chore';
  id: string;
}

export interface StorageLocation {
  store: 's3' | 'disk';
  bucket: string | null;
  key: string;
  path: string;
  versionId: string | null;
  storageClass: string | null;
}

export interface Document {
  id: string;
  recordId: string;
  type: string;
  filename: string;
  contentType: string;
  size: number | null;
  sha256: string | null;
  state: DocumentState;
  storage: StorageLocation;
  metadata: Metadata;
  replaces: string | null;
  createdAt: string;
  createdBy: Actor;
  updatedAt: string;
  archivedAt: string | null;
  deletedAt: string | null;
  purgeAfter: string | null;
  revision: number;
}

export interface DocumentType {
  id: string;
  label: string;
  accept: string[];
  maxSize: number;
}

export interface Event {
  id: string;
  at: string;
  action: string;
  actor: Actor;
  requestId: string | null;
  details: Record<string, unknown>;
}

export interface Link {
  url: string;
  expiresAt: string;
}

export interface Environment {
  name: string | null;
  contact: string | null;
}

export interface Storage {
  store: 's3' | 'disk';
  bucket: string | null;
  prefix: string | null;
  region: string | null;
  endpoint: string | null;
  acl: string | null;
  encryption: string | null;
  storageClass: string | null;
  folder: string | null;
  credentials: { set: boolean; from: string };
  environment: Environment;
}

export interface StorageProbe {
  name: string;
  ok: boolean;
  result: 'works' | 'fails' | 'not_allowed' | 'unknown';
  needed: boolean;
  detail: string;
  effect: string;
  remedy: string;
}

export interface StorageCheck {
  ok: boolean;
  checks: StorageProbe[];
}

export interface CallerAccess {
  actor: Actor;
  actions: string[];
  scopes: string[] | null;
  recordId: string | null;
  recordPrefix: string | null;
  types: string[] | null;
  maxSize: number | null;
  maxFiles: number | null;
  expiresAt: string | null;
}

export interface Session {
  actor: Actor;
  actions: string[];
  scopes: string[] | null;
  recordPrefix: string | null;
  expiresAt: string;
  csrfToken: string;
  environment: Environment;
}

export interface Key {
  id: string;
  name: string;
  scopes: string[] | null;
  recordPrefix: string | null;
  createdAt: string;
  revokedAt: string | null;
  current: boolean;
}

export interface NewKey extends Key {
  /** Shown this once. */
  key: string;
}

export interface Grant {
  id: string;
  /** Shown this once. */
  token: string;
  expiresAt: string;
}
