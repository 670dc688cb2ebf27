import type { IncomingMessage } from 'node:http';
import { StrongroomError } from '../errors.ts';
import { brokenBy } from './broken-requests.ts';
import { Crumbs, crumb } from './crumbs.ts';

/** Where the bytes of a request's body go. */
export interface Sink {
  /** False: hold the next ones back until `Intake.flow` is called. */
  accept(bytes: Buffer): boolean;
  /** The body is complete. */
  end(): void;
  /** It will never be: `length_mismatch`, `invalid_request`, `too_slow`, `aborted`. Called at most once, the last call. */
  fail(error: StrongroomError): void;
}

export interface RateLimits {
  /** Bytes per second below which a sender is ended. */
  readonly minimumRate: number;
  /** Milliseconds over which the rate is averaged. */
  readonly window: number;
}

/** How long crumbs are gathered before they go on, in milliseconds. */
const gatheredFor = 20;

/**
 * Takes the body of one request in, at the pace of a sink, and watches over its sender. Only time in which bytes are
 * wanted counts towards the rate: a sender is not blamed for a slow store. The request itself is never destroyed, since
 * that would take the connection, and with it the answer, away.
 *
 * Crumbs are gathered on the way: a sender chooses the size of its chunks, and 64 KiB in chunks of one byte take 20 MB
 * in the buffers of streams, which count bytes alone.
 */
export class Intake {
  /** Bytes of the body that have come. */
  received = 0;
  readonly #request: IncomingMessage;
  readonly #limits: RateLimits;
  #sink: Sink | null = null;
  #failure: StrongroomError | null = null;
  /** The whole body has come; the sink hears of it when it asks for more. */
  #ended = false;
  #watch: NodeJS.Timeout | null = null;
  readonly #crumbs = new Crumbs();
  #gathering: NodeJS.Timeout | null = null;
  /** Milliseconds that bytes were wanted before `#wantedSince`; null: none are wanted now. */
  #wanted = 0;
  #wantedSince: number | null = null;
  /** Where the current window began. */
  #windowWanted = 0;
  #windowReceived = 0;

  constructor(request: IncomingMessage, limits: RateLimits) {
    this.#request = request;
    this.#limits = limits;
  }

  /** Bytes declared for the whole body; null when it is chunked; 0 when there is none (RFC 9112 §6.3). */
  get declared(): number | null {
    const { headers } = this.#request;
    if (headers['transfer-encoding'] !== undefined) return null;
    return Number(headers['content-length'] ?? 0);
  }

  /** Sends what comes from now on to `sink`, which must ask for it with `flow`. */
  into(sink: Sink): void {
    if (this.#watch === null) this.#begin();
    this.#sink = sink;
    if (this.#failure) sink.fail(this.#failure);
  }

  /** Lets bytes come. */
  flow(): void {
    if (this.#failure) return;
    this.#wantedSince ??= performance.now();
    if (!this.#ended) this.#request.resume();
    this.#passCrumbs();
    this.#passEnd();
  }

  /** Holds bytes back. */
  hold(): void {
    if (this.#wantedSince === null) return;
    this.#wanted += performance.now() - this.#wantedSince;
    this.#wantedSince = null;
    this.#request.pause();
  }

  /** Ends the watch; nothing goes to the sink any more. What is left of the body is for whoever answers to discard. */
  stop(): void {
    if (this.#watch === null) return;
    clearInterval(this.#watch);
    this.#takeCrumbs();
    this.#sink = null;
    this.#request.off('data', this.#onData).off('end', this.#onEnd);
    this.#request.off('error', this.#onError).off('close', this.#onClose);
    this.hold();
    // All of it is here already: the next request of this connection must not wait behind it.
    if (this.#request.complete) this.#request.resume();
  }

  #begin(): void {
    this.#watch = setInterval(() => this.#checkRate(), this.#limits.window / 12).unref();
    const broken = brokenBy(this.#request);
    if (broken) this.#onError(broken);
    else if (this.#request.destroyed) this.#onClose();
    this.#request.pause();
    this.#request.on('data', this.#onData).on('end', this.#onEnd);
    this.#request.on('error', this.#onError).on('close', this.#onClose);
  }

  readonly #onData = (bytes: Buffer): void => {
    this.received += bytes.length;
    if (bytes.length < crumb && this.received !== this.declared && this.#crumbs.add(bytes)) {
      this.#gathering ??= setTimeout(this.#onGathered, gatheredFor);
      return;
    }
    const before = this.#takeCrumbs();
    // As one: a sink that has enough with the first would not get the second.
    this.#pass(before ? Buffer.concat([before, bytes]) : bytes);
  };

  readonly #onGathered = (): void => {
    this.#gathering = null;
    this.#passCrumbs();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#passCrumbs();
    this.#passEnd();
  };

  #pass(bytes: Buffer): void {
    if (this.#sink?.accept(bytes) === false) this.hold();
  }

  /** While none are wanted they stay: whoever wants more asks for it. */
  #passCrumbs(): void {
    if (this.#wantedSince === null) return;
    const bytes = this.#takeCrumbs();
    if (bytes) this.#pass(bytes);
  }

  #passEnd(): void {
    if (!this.#ended || this.#wantedSince === null) return;
    this.#wantedSince = null;
    this.#sink?.end();
  }

  #takeCrumbs(): Buffer | null {
    if (this.#gathering) clearTimeout(this.#gathering);
    this.#gathering = null;
    return this.#crumbs.take();
  }

  readonly #onClose = (): void => {
    if (!this.#request.readableEnded)
      this.#fail(new StrongroomError('aborted', { reason: 'the client went away' }));
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#fail(this.#explained(error));
  };

  #fail(error: StrongroomError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.hold();
    this.#takeCrumbs();
    this.#sink?.fail(error);
  }

  #explained(error: NodeJS.ErrnoException): StrongroomError {
    if (!error.code?.startsWith('HPE_')) {
      return new StrongroomError('aborted', { reason: 'the connection broke' }, { cause: error });
    }
    const { declared } = this;
    if (declared !== null) {
      const received = this.received + this.#request.readableLength;
      return new StrongroomError('length_mismatch', { declared, received });
    }
    const problem =
      error.code === 'HPE_INVALID_EOF_STATE'
        ? 'The chunked body ended before its last chunk. Nothing was kept; send it again.'
        : 'The chunked body is not encoded as RFC 9112 §7.1 says. Nothing was kept.';
    return new StrongroomError('invalid_request', { problem }, { cause: error });
  }

  #checkRate(): void {
    const { minimumRate, window } = this.#limits;
    const now = performance.now();
    const wanted = this.#wanted + (this.#wantedSince === null ? 0 : now - this.#wantedSince);
    if (wanted - this.#windowWanted < window) return;
    if (this.received - this.#windowReceived < (minimumRate * window) / 1000) {
      this.#fail(new StrongroomError('too_slow', { minimumRate }));
    }
    this.#windowWanted = wanted;
    this.#windowReceived = this.received;
  }
}
