/** What the service answers with, by the names that an app uses. */
import type { Action, Actor, Environment } from './generated.ts';

export type {
  Action,
  Actor,
  CallerAccess,
  Document,
  DocumentState,
  DocumentType,
  Environment,
  Event,
  EventAction,
  Grant,
  Link,
  Metadata,
  ServiceCode,
  StorageCheck,
  StorageDescription as Storage,
  StorageLocation,
  StorageProbe,
} from './generated.ts';

export interface Session {
  actor: Actor;
  actions: Action[];
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
