import { StrongroomError } from '../errors.ts';
import { invalidForm } from './form-error.ts';
import type { Intake, Sink } from './intake.ts';
import type { BodySource } from './raw-body.ts';

/** Bytes that may follow the closing boundary: an optional CRLF and an epilogue (RFC 2046 §5.1.1). */
export const epilogueLimit = 64 * 1024;

const probeLength = 4;
const [cr, lf, dash, space, tab] = [13, 10, 45, 32, 9];

/**
 * Finds the end of the file in a form. Bytes go through as they are; only what may be the beginning of a boundary is
 * kept until the next ones tell.
 */
export class BoundaryScanner {
  readonly #delimiter: Buffer;
  readonly #probe: Buffer;
  #kept: Buffer | null = null;
  /** Bytes after the closing boundary; -1 before it was found. */
  #after = -1;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#probe = this.#delimiter.subarray(-probeLength);
  }

  get closed(): boolean {
    return this.#after >= 0;
  }

  /**
   * Passes the bytes of the file among `chunk` on, in at most a few pieces. Raises `invalid_form` when a further part
   * or too much follows.
   */
  scan(chunk: Buffer, pass: (bytes: Buffer) => void): void {
    if (this.closed) {
      this.#skip(chunk.length);
      return;
    }
    const bytes = this.#joined(chunk, pass);
    const end = this.#endIn(bytes);
    if (end > 0) pass(end === bytes.length ? bytes : bytes.subarray(0, end));
    if (this.closed) this.#skip(bytes.length - end - this.#delimiter.length - 2);
    else if (end < bytes.length) this.#kept = bytes.subarray(end);
  }

  /** `chunk` with what was kept before it, unless that turns out to be no boundary: then it is passed on by itself. */
  #joined(chunk: Buffer, pass: (bytes: Buffer) => void): Buffer {
    const kept = this.#kept;
    if (kept === null) return chunk;
    this.#kept = null;
    const { length } = this.#delimiter;
    const start = Buffer.concat([kept, chunk.subarray(0, length)]).subarray(0, length);
    if (start.compare(this.#delimiter, 0, start.length) === 0) return Buffer.concat([kept, chunk]);
    pass(kept);
    return chunk;
  }

  /** Bytes of the file in `bytes`, as far as can be told. */
  #endIn(bytes: Buffer): number {
    const { length } = this.#delimiter;
    for (let from = 0; ; ) {
      const found = this.#find(bytes, from);
      if (found === -1) return this.#undecided(bytes, from);
      const first = bytes[found + length];
      const second = bytes[found + length + 1];
      if (first === dash && second === dash) {
        this.#after = 0;
        return found;
      }
      if (first === space || first === tab || (first === cr && second === lf)) {
        throw invalidForm('Another part follows the file. Send the fields before it and the file last.');
      }
      if (first === undefined || (second === undefined && (first === dash || first === cr))) return found;
      // The same characters inside the file, by chance, or the boundary of a form within it.
      from = found + 1;
    }
  }

  /**
   * The first boundary from `from` on, or -1. Its last four characters are looked for first: a short needle is found
   * missing three to ten times as fast as a long one, and those are the least likely to be in a file.
   */
  #find(bytes: Buffer, from: number): number {
    const before = this.#delimiter.length - probeLength;
    const likely = bytes.indexOf(this.#probe, from + before);
    return likely === -1 ? -1 : bytes.indexOf(this.#delimiter, likely - before);
  }

  /** Where the last bytes may be the beginning of a boundary. A CR is only its first byte, so the last CR decides. */
  #undecided(bytes: Buffer, from: number): number {
    const first = Math.max(from, bytes.length - this.#delimiter.length + 1);
    for (let at = bytes.length - 1; at >= first; at--) {
      if (bytes[at] !== cr) continue;
      return bytes.compare(this.#delimiter, 0, bytes.length - at, at) === 0 ? at : bytes.length;
    }
    return bytes.length;
  }

  #skip(bytes: number): void {
    this.#after += bytes;
    if (this.#after > epilogueLimit) {
      throw invalidForm(
        `More than ${epilogueLimit} bytes follow the closing boundary. End the request there.`,
      );
    }
  }
}

/**
 * The file of a form as a source of bytes. It ends only when its closing boundary was seen and the request is complete; a
 * form that is broken before that makes it fail, so that nothing is kept.
 */
export class FormFile implements BodySource, Sink {
  readonly #intake: Intake;
  readonly #scanner: BoundaryScanner;
  /** The file's bytes as its part declares them; null: it doesn't. */
  readonly #size: number | null;
  #rest: Buffer | null;
  #passed = 0;
  #wantsMore = true;
  #sink: Sink | null = null;

  /** @param rest bytes of the form that came with its head */
  constructor(intake: Intake, boundary: string, size: number | null, rest: Buffer) {
    this.#intake = intake;
    this.#scanner = new BoundaryScanner(boundary);
    this.#size = size;
    this.#rest = rest;
  }

  into(sink: Sink): void {
    this.#sink = sink;
    this.#intake.into(this);
  }

  flow(): void {
    const rest = this.#rest;
    this.#rest = null;
    if (rest === null || this.accept(rest)) this.#intake.flow();
  }

  stop(): void {
    this.#intake.stop();
  }

  accept(bytes: Buffer): boolean {
    this.#wantsMore = true;
    try {
      this.#scanner.scan(bytes, this.#pass);
      this.#checkSize();
    } catch (error) {
      this.fail(error as StrongroomError);
      return false;
    }
    return this.#wantsMore;
  }

  end(): void {
    if (this.#scanner.closed) this.#sink?.end();
    else
      this.fail(invalidForm('The closing boundary of the form is missing. Nothing was kept; send it again.'));
  }

  fail(error: StrongroomError): void {
    this.#sink?.fail(error);
    this.#sink = null;
  }

  readonly #pass = (file: Buffer): void => {
    this.#passed += file.length;
    this.#wantsMore = this.#sink?.accept(file) ?? false;
  };

  #checkSize(): void {
    if (this.#size === null || this.#passed === this.#size) return;
    if (this.#passed > this.#size || this.#scanner.closed) {
      throw new StrongroomError('length_mismatch', { declared: this.#size, received: this.#passed });
    }
  }
}
