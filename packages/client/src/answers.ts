/** What the service answers with, by the names that an app uses. */
import type { Actor, StorageDescription } from './generated.ts';

export type {
  Actor,
  Document,
  DocumentState,
  DocumentType,
  Event,
  EventAction,
  Link,
  Metadata,
  ServiceCode,
  StorageCheck,
  StorageLocation,
  StorageProbe,
} from './generated.ts';

export interface Environment {
  name: string | null;
  contact: string | null;
}

export interface Storage extends StorageDescription {
  environment: Environment;
}

export interface CallerAccess {
  actor: { kind: Actor['kind'] | 'grant' | 'session'; id: string };
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
  actor: { kind: Actor['kind'] | 'grant' | 'session'; id: string };
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
