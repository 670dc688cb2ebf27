import type { Document, Metadata, RunningUpload, Strongroom, UploadState } from '@strongroom/client';
import { Meter } from './meter.ts';

/**
 * Where a file stands. `ready` waits for the user, `waiting` for its turn, `retrying` for the connection or the service, as
 * `error` says; `finishing` has sent every byte and waits for the answer, `checking` until the service has looked into it;
 * `failed` holds `error`.
 */
export type Stage =
  | 'ready'
  | 'waiting'
  | 'sending'
  | 'retrying'
  | 'paused'
  | 'finishing'
  | 'checking'
  | 'done'
  | 'failed'
  | 'cancelled';

/** Where a file goes. Settled when it is sent: the page may be at another record before its turn comes. */
export interface Destination {
  readonly client: Strongroom;
  readonly recordId: string;
  readonly metadata: Metadata | undefined;
}

/** One file on its way. */
export class Upload {
  readonly file: File;
  /** Sent with every attempt of this file under this type, so that a retry never makes a second document. */
  idempotencyKey = freshKey();
  /** Null until it was sent once. */
  destination: Destination | null = null;
  /** The document type's id; null until it is chosen. */
  type: string | null;
  stage: Stage = 'ready';
  sent = 0;
  error: unknown = null;
  /** Whether the user was asked for the type and had none yet. */
  typeMissing = false;
  document: Document | null = null;
  meter = new Meter();
  ending: AbortController | null = null;
  /** The client's hold of it, from the first byte to the end. */
  running: RunningUpload | null = null;
  /** The network went while it was sent, and no byte has gone since. */
  stalled = false;
  #continuedAt: number | null = null;

  constructor(file: File, type: string | null) {
    this.file = file;
    this.type = type;
  }

  /** A new attempt of the same file. Another type is another upload. */
  begin(type = this.type): void {
    if (type !== this.type) this.idempotencyKey = freshKey();
    this.type = type;
    this.stage = 'ready';
    this.error = null;
    this.sent = 0;
    this.typeMissing = false;
    this.stalled = false;
    this.meter = new Meter();
    this.#continuedAt = null;
  }

  /** Takes down how many bytes have gone; the last byte is not the end: the service still has to answer. */
  progress(sent: number): void {
    this.sent = sent;
    this.stalled = false;
    this.meter.note(sent);
    if (this.stage === 'sending' && sent >= this.file.size) this.stage = 'finishing';
  }

  /** An upload that was left before is taken up at `from` bytes. */
  continued(from: number): void {
    this.#continuedAt = performance.now();
    this.sent = from;
    this.meter = new Meter();
  }

  /** Takes down what the client says; how it ends is told by its promise. */
  follow(state: UploadState, error?: unknown): void {
    const stage = stages[state];
    if (stage === undefined) return;
    if (stage === 'sending' && this.stage !== 'sending') this.meter = new Meter();
    this.error = stage === 'retrying' ? error : null;
    this.stage = stage;
  }

  /** Whether it was taken up again a moment ago. */
  get justContinued(): boolean {
    return this.#continuedAt !== null && performance.now() - this.#continuedAt < saidFor;
  }

  /** Whether another try may bring what this one did not: not where the file itself is refused. */
  get retryable(): boolean {
    if (this.stage === 'cancelled') return true;
    return this.stage === 'failed' && !ofTheFile.has((this.error as { code?: string } | null)?.code ?? '');
  }

  /** Begun and not over; also while it is paused. */
  get active(): boolean {
    return this.moving || this.stage === 'waiting' || this.stage === 'paused';
  }

  /** Whether it takes one of the places of those that are sent at the same time. */
  get moving(): boolean {
    return movingStages.has(this.stage);
  }

  get pausable(): boolean {
    return (this.stage === 'sending' || this.stage === 'retrying') && (this.running?.pausable ?? false);
  }

  /** Whether it is lost when the page is left: not where the browser keeps its place. */
  get losable(): boolean {
    const kept = this.running?.pausable && 'indexedDB' in globalThis;
    return this.active && !kept;
  }
}

const stages: { readonly [state: string]: Stage } = {
  sending: 'sending',
  waiting: 'retrying',
  paused: 'paused',
  finishing: 'finishing',
  inspecting: 'checking',
};

const movingStages = new Set<Stage>(['sending', 'retrying', 'finishing', 'checking']);

/** Milliseconds for which a row says that it continues. */
const saidFor = 10_000;

/** What is refused about the file, and will be again. */
const ofTheFile = new Set(['too_large', 'type_refused', 'empty_body', 'file_unreadable']);

/** 128 random bits. `crypto.randomUUID` is there on secure origins only. */
function freshKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
