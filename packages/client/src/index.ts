export type * from './answers.ts';
export type { ConnectionOptions } from './connection-options.ts';
export { StrongroomError } from './error.ts';
export { fileOf } from './file-of.ts';
export type { FileSource, Uploadable } from './file-source.ts';
export type { DocumentChanges } from './generated.ts';
export type { Page, Pages } from './pages.ts';
export type { UnfinishedUpload, UploadPlace, UploadPlaces } from './places/upload-places.ts';
export type { RunningUpload } from './running-upload.ts';
export type { SecretSource } from './secret.ts';
export {
  type CallOptions,
  type ContentOptions,
  type Filter,
  type GrantOptions,
  type KeyOptions,
  type LinkOptions,
  Strongroom,
} from './strongroom.ts';
export type { Progress, Transport, UploadOptions, UploadState } from './upload-options.ts';
