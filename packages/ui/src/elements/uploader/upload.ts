import type { Document, Metadata, Strongroom } from '@strongroom/client';
import { Meter } from './meter.ts';

/**
 * Where a file stands. `ready` waits for the user, `waiting` for its turn; `finishing` has sent every byte and waits for the
 * answer; `failed` holds `error`.
 */
export type Stage = 'ready' | 'waiting' | 'sending' | 'finishing' | 'done' | 'failed' | 'cancelled';

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
    this.meter = new Meter();
  }

  /** Takes down how many bytes have gone; the last byte is not the end: the service still has to answer. */
  progress(sent: number): void {
    this.sent = sent;
    this.meter.note(sent);
    this.stage = sent >= this.file.size ? 'finishing' : 'sending';
  }

  /** Whether another try may bring what this one did not: not where the file itself is refused. */
  get retryable(): boolean {
    if (this.stage === 'cancelled') return true;
    return this.stage === 'failed' && !ofTheFile.has((this.error as { code?: string } | null)?.code ?? '');
  }

  get active(): boolean {
    return this.stage === 'waiting' || this.stage === 'sending' || this.stage === 'finishing';
  }
}

/** What is refused about the file, and will be again. */
const ofTheFile = new Set(['too_large', 'type_refused', 'empty_body', 'file_unreadable']);

/** 128 random bits. `crypto.randomUUID` is there on secure origins only. */
function freshKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
