import type { KeyRecords } from '../access/key-records.ts';
import type { RevocationRecords } from '../access/revocation-records.ts';
import type { SignInRecords } from '../access/sign-in-records.ts';
import type { DeploymentRecords, DocumentRecords, RecordsConnection } from './document-records.ts';
import type { UploadRecords } from './upload-records.ts';

/** What one database keeps for the whole service, on one connection. */
export type Records = DocumentRecords &
  UploadRecords &
  KeyRecords &
  RevocationRecords &
  SignInRecords &
  DeploymentRecords &
  RecordsConnection;
