import type { Readable } from 'node:stream';
import type { JsonObject } from '../documents/document.ts';
import type { Stored } from './object-store.ts';
import type { SelfDescription } from './self-description.ts';

/**
 * What a store can do beside `put`: take one object in over several calls, days and processes.
 * test/contracts/resumable-objects.ts holds both stores to it.
 *
 * The store keeps bytes and knows nothing of the upload between two calls: `Unfinished` is all that it goes by, and whoever
 * calls keeps that durable. What is not in an object yet lies under the reserved prefix, named by the upload's id.
 *
 * Any call may raise `store_unavailable`, `aborted`, `busy` (see object-store.ts), and `upload_lost` when bytes that were
 * durable are gone (an operator's rule ended the multipart upload): nothing can go on from there.
 */
export interface ResumableObjects {
  /** The state of an upload of which nothing is stored. Asks the store nothing. `atMost`: bytes; sets the part size for good. */
  begin(atMost: number): JsonObject;

  /**
   * Adds `body` at `unfinished.offset`. All that has come becomes durable, also when the body breaks off: then what came
   * before is checkpointed and the body's own error is raised. With `whole`, nothing is checkpointed before the body has
   * ended well: a refused body leaves the offset where it was, and its parts are overwritten by the next ones.
   *
   * `checkpoint` is awaited whenever more is durable; what it raises ends the append, and is raised. Nothing of this call
   * is checkpointed again after that. With `upload_taken_over`, `state_conflict` and `document_missing` nothing was noted, so what
   * it told of goes; with any other error it may have been noted, so that stays. The last answer is what stands afterwards.
   *
   * When `offset` reaches `unfinished.length`, the object is made and `stored` tells of it; that last step is not checkpointed,
   * since only the caller can say when the upload is over: should it never, the same bytes brought again find the object there
   * (ours by its id and length) and are answered with it, as `found`. An upload whose bytes fit one part and come in one call costs one
   * PutObject.
   *
   * Raises `object_exists`, and `length_mismatch` when the body passes `unfinished.length`.
   */
  append(
    unfinished: Unfinished,
    body: Buffer | Readable,
    options: {
      readonly whole: boolean;
      readonly checkpoint: (made: Checkpoint) => Promise<void>;
      readonly signal: AbortSignal;
    },
  ): Promise<{ offset: number; state: JsonObject; stored: Stored | null }>;

  /** The first bytes, no more than `atMost`, of an upload that has no target yet. */
  head(unfinished: Unfinished, atMost: number, signal: AbortSignal): Promise<Buffer>;

  /** Removes all that lies under the reserved prefix of the upload with this id; nothing is success. What lies at a key is for `remove`. */
  clear(id: string, signal?: AbortSignal): Promise<void>;

  /** The ids of which something lies there, last touched before `before`. For sweeps. */
  unfinished(before: Date, signal?: AbortSignal): AsyncIterable<string>;
}

/** All that a store needs to know to go on. */
export interface Unfinished {
  /** The document's id. */
  readonly id: string;
  /** Counts who wrote: what two writers leave in the scratch never has one name. */
  readonly fence: number;
  /** Durable bytes. */
  readonly offset: number;
  /** Bytes of the whole; null: not said yet. */
  readonly length: number | null;
  /** The store's own, from `begin` or the last checkpoint. */
  readonly state: JsonObject;
  /**
   * The parts of all checkpoints so far, by number. Asked just before the object is made, of no parts too: raises
   * `upload_taken_over` where somebody else has the upload by now, whose bytes it may have to be made of.
   */
  readonly parts: () => Promise<readonly Part[]>;
  /** Where it will lie; null while too little has come to know what it is (less than a part, and not the end). */
  readonly target: ResumableTarget | null;
}

export interface ResumableTarget {
  readonly key: string;
  readonly contentType: string;
  readonly description: SelfDescription;
}

export interface Part {
  /** From 1. */
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  /** SHA-256 in base64 where the store checks it. */
  readonly checksum: string | null;
}

export interface Checkpoint {
  /** Durable bytes now. */
  readonly offset: number;
  readonly state: JsonObject;
  /** The part that has been made, where one was. One with the same number takes the place of an earlier one. */
  readonly part: Part | null;
}
