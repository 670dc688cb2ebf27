import type { Metadata } from '../answers.ts';
import type { NamedBody } from '../body.ts';
import type { Connection } from '../connection.ts';
import type { StrongroomError } from '../error.ts';
import type { UploadPlaces } from '../places/upload-places.ts';
import type { ProgressTeller } from '../progress.ts';
import type { Transport } from '../upload-options.ts';

/** One upload, as a transport is handed it. */
export interface Job {
  readonly connection: Connection;
  readonly body: NamedBody;
  readonly wanted: Wanted;
  readonly idempotencyKey: string;
  readonly progress: ProgressTeller;
}

/** What the document is to be. */
export interface Wanted {
  readonly recordId: string;
  readonly type: string;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly metadata: Metadata | undefined;
  readonly replaces: string | undefined;
}

/** One that can stop and go on. */
export interface ResumableJob extends Job {
  /** Bytes. */
  readonly size: number;
  readonly part: NonNullable<NamedBody['part']>;
  readonly parallel: number;
  /** Bytes of each request by tus at most; undefined: as the line is. */
  readonly chunkSize: number | undefined;
  /** Where its place is kept; null: it is not kept. */
  readonly places: UploadPlaces | null;
  readonly course: Course;
  /** Says that the bucket can't be reached from here; null: it must go the way that was asked for. */
  readonly goAround: (() => void) | null;
}

/** What a user makes of an upload on its way. */
export interface Course {
  /** Fires when it is cancelled. */
  readonly cancelled: AbortSignal;
  /** Fires when it is paused or cancelled; a fresh one after each pause. */
  readonly signal: AbortSignal;
  /** Resolves at once unless it is paused, else when it is resumed or cancelled. */
  readonly resumed: () => Promise<void>;
  /** Says which transport it is on. */
  readonly goesBy: (transport: Transport) => void;
  /** An earlier upload of this file goes on: so much is stored. */
  readonly continued: (from: number) => void;
  /** An attempt failed and another one follows; null: it follows now. */
  readonly waits: (error: StrongroomError | null) => void;
  /** The service reads back what is stored. */
  readonly inspecting: () => void;
}
