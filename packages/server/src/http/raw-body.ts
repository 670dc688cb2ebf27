import { Readable } from 'node:stream';
import type { IncomingBody } from '../documents/documents.ts';
import type { StrongroomError } from '../errors.ts';
import type { Intake, Sink } from './intake.ts';

/** The body of a request as a stream that can be destroyed without harm to the connection. */
export class BodyStream extends Readable implements Sink {
  readonly #intake: Intake;
  #begun = false;

  constructor(intake: Intake) {
    super();
    this.#intake = intake;
  }

  accept(bytes: Buffer): boolean {
    return this.push(bytes);
  }

  end(): void {
    this.push(null);
  }

  fail(error: StrongroomError): void {
    this.destroy(error);
  }

  override _read(): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#intake.into(this);
    }
    this.#intake.flow();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#intake.stop();
    done(error);
  }
}

/** A request whose whole body is the document. */
export function rawBody(intake: Intake): IncomingBody {
  const size = intake.declared;
  return { size, atLeast: null, declared: size, open: () => new BodyStream(intake) };
}
