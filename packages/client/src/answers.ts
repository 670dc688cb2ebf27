/** What the service answers with, by the names that an app uses. */

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
  Key,
  Link,
  MadeKey as NewKey,
  Metadata,
  ServiceCode,
  Session,
  StorageCheck,
  StorageDescription as Storage,
  StorageLocation,
  StorageProbe,
} from './generated.ts';
