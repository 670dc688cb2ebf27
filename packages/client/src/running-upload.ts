import type { Document } from './answers.ts';
import type { Transport, UploadState } from './upload-options.ts';

/** An upload on its way. */
export interface RunningUpload {
  /** The document. Rejects as `upload` does; a failure that nobody listens to is told by `state` alone. */
  readonly done: Promise<Document>;
  readonly state: UploadState;
  /** Null until it is chosen. */
  readonly transport: Transport | null;
  /** Whether `pause` does something: not for a plain upload, which could only begin again. */
  readonly pausable: boolean;
  /** Ends what is under way and keeps the place, over a reload too. */
  pause(): void;
  /** Goes on from what is stored; while it waits for another attempt, at once. */
  resume(): void;
  /** Ends it for good, on the service too. `done` rejects with `aborted`. */
  cancel(): void;
}
