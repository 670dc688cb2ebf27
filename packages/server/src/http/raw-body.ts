import { Readable } from 'node:stream';
import type { IncomingBody } from '../documents/documents-port.ts';
import type { StrongroomError } from '../errors.ts';
import type { Intake, Sink } from './intake.ts';

/** Where the bytes of a document come from: the whole body of a request, or the file in a form. See intake.ts. */
export type BodySource = Pick<Intake, 'into' | 'flow' | 'stop'>;

/**
 * Bodies of up to so many bytes are taken in one piece: a stream costs more than they do. No more than decide the type
 * anyway (64 KiB) and what may follow a form's file: a longer one must be refused without being waited for.
 */
const wholeUpTo = 65 * 1024;

/** A body as a stream that can be destroyed without harm to the connection. */
class BodyStream extends Readable implements Sink {
  readonly #source: BodySource;
  #begun = false;

  constructor(source: BodySource) {
    super();
    this.#source = source;
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
      this.#source.into(this);
    }
    this.#source.flow();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.stop();
    done(error);
  }
}

/** The ways to take a body in that has at most `atMost` bytes: in one piece where that is little, or as a stream. */
export function taken(source: BodySource, atMost: number | null): Pick<IncomingBody, 'open' | 'whole'> {
  const isSmall = atMost !== null && atMost <= wholeUpTo;
  return { whole: isSmall ? () => wholeBody(source) : null, open: () => new BodyStream(source) };
}

/** A request whose whole body is the document. */
export function rawBody(intake: Intake): IncomingBody {
  const size = intake.declared;
  return { size, atLeast: null, declared: size, ...taken(intake, size) };
}

function wholeBody(source: BodySource): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const settle = (act: () => void) => {
      source.stop();
      act();
    };
    source.into({
      accept: (bytes) => chunks.push(bytes) > 0,
      end: () => settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))),
      fail: (error) => settle(() => reject(error)),
    });
    source.flow();
  });
}
