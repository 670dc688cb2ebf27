import { isUtf8 } from 'node:buffer';
import { StrongroomError } from '../errors.ts';
import { invalidForm } from './form-error.ts';
import type { Intake, Sink } from './intake.ts';
import { type PartHeaders, readPartHeaders } from './part-headers.ts';

export const formFields = ['recordId', 'type', 'metadata', 'replaces'] as const;
export type FormField = (typeof formFields)[number];

/** Everything of a form that comes before the bytes of its file. */
export interface FormHead {
  readonly fields: ReadonlyMap<FormField, string>;
  readonly file: PartHeaders;
  /** The first bytes after the headers of the file, already here. */
  readonly rest: Buffer;
  /** Bytes of the request's body before the file. */
  readonly length: number;
}

/** Bytes of one field, of one part's headers, and of what may stand before the first boundary. */
const limit = 16 * 1024;
const order = `It takes ${formFields.join(', ')}, each at most once, and then file as the last part.`;

/**
 * Reads the fields of a multipart form (RFC 7578, RFC 2046 §5.1) up to the first byte of its file, and holds the rest
 * back. Raises `invalid_form` and what the intake raises.
 */
export function readFormHead(intake: Intake, boundary: string): Promise<FormHead> {
  return new Promise((resolve, reject) => {
    const reader = new HeadReader(boundary);
    const settle = (act: () => void) => {
      intake.into(nobody);
      intake.hold();
      act();
    };
    const sink: Sink = {
      accept(bytes) {
        try {
          const head = reader.read(bytes);
          if (head === null) return true;
          settle(() => resolve(head));
        } catch (error) {
          settle(() => reject(error));
        }
        return false;
      },
      end: () => settle(() => reject(reader.endedEarly())),
      fail: reject,
    };
    intake.into(sink);
    intake.flow();
  });
}

/** Bytes are held back while nobody takes them, and a failure is told to the next sink. */
const nobody: Sink = { accept: () => false, end() {}, fail() {} };

type Step = 'preamble' | 'boundary' | 'headers' | 'value';

class HeadReader {
  readonly #opening: Buffer;
  readonly #delimiter: Buffer;
  readonly #fields = new Map<FormField, string>();
  #gathered: Buffer = Buffer.alloc(0);
  /** Bytes of `#gathered` that hold something; it grows by doubling, so that tiny chunks cost no more than they are. */
  #length = 0;
  #at = 0;
  #step: Step = 'preamble';
  #field: FormField | null = null;

  constructor(boundary: string) {
    this.#opening = Buffer.from(`--${boundary}`, 'latin1');
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** The head once it is complete, else null. */
  read(bytes: Buffer): FormHead | null {
    this.#gather(bytes);
    for (;;) {
      const before = this.#step;
      const file = this.#advance();
      if (file) {
        const rest = this.#gathered.subarray(this.#at, this.#length);
        return { fields: this.#fields, file, rest, length: this.#at };
      }
      if (this.#step === before) break;
    }
    if (this.#length - this.#at > limit + this.#delimiter.length) throw this.#tooMuch();
    return null;
  }

  endedEarly(): StrongroomError {
    if (this.#length === 0) return invalidForm(`The form is empty. ${order}`);
    return this.#step === 'preamble'
      ? invalidForm(
          'The body holds no such boundary as its Content-Type names. Let your HTTP client set both.',
        )
      : invalidForm('The form ends before its file: its closing boundary is missing. Nothing was kept.');
  }

  /** Takes one step if the bytes for it are here; answers the headers of the file when they are reached. */
  #advance(): PartHeaders | null {
    switch (this.#step) {
      case 'preamble':
        return this.#skipPreamble();
      case 'boundary':
        return this.#endBoundaryLine();
      case 'headers':
        return this.#readHeaders();
      case 'value':
        return this.#readValue();
    }
  }

  #skipPreamble(): null {
    const atStart = this.#here().subarray(0, this.#opening.length);
    if (atStart.equals(this.#opening)) this.#go('boundary', this.#opening.length);
    else {
      const found = this.#here().indexOf(this.#delimiter);
      if (found > limit) throw this.#tooMuch();
      if (found !== -1) this.#go('boundary', found + this.#delimiter.length);
    }
    return null;
  }

  #endBoundaryLine(): null {
    const line = this.#here();
    if (line.length >= 2 && line.toString('latin1', 0, 2) === '--') {
      throw invalidForm(`The form has no file. ${order}`);
    }
    const end = line.indexOf('\r\n');
    // Spaces and tabs may pad the line (RFC 2046 §5.1.1).
    if (/[^ \t]/.test(line.toString('latin1', 0, end === -1 ? Math.max(0, line.length - 1) : end))) {
      throw invalidForm(
        'A boundary of the form is followed by something on its line. Let your HTTP client write it.',
      );
    }
    // The line's end stays: a part without headers begins with the empty line at once.
    if (end !== -1) this.#go('headers', end);
    return null;
  }

  #readHeaders(): PartHeaders | null {
    const end = this.#here().indexOf('\r\n\r\n');
    if (end === -1) return null;
    if (end > limit) throw this.#tooMuch();
    const part = readPartHeaders(this.#here().subarray(2, Math.max(2, end)));
    this.#go('value', end + 4);
    if (part.name === 'file') {
      for (const name of ['recordId', 'type'] as const) {
        if (!this.#fields.has(name)) throw invalidForm(`"${name}" is missing before the file. ${order}`);
      }
      return part;
    }
    this.#field = this.#newField(part.name);
    return null;
  }

  #readValue(): null {
    const end = this.#here().indexOf(this.#delimiter);
    if (end === -1 || this.#field === null) return null;
    if (end > limit) throw this.#tooMuch();
    this.#fields.set(this.#field, decoded(this.#field, this.#here().subarray(0, end)));
    this.#go('boundary', end + this.#delimiter.length);
    return null;
  }

  #newField(name: string): FormField {
    const known = formFields.find((field) => field === name);
    if (known === undefined)
      throw invalidForm(`"${name.slice(0, 100)}" is not a field of this form. ${order}`);
    if (this.#fields.has(known)) throw invalidForm(`"${known}" comes twice. ${order}`);
    return known;
  }

  #tooMuch(): StrongroomError {
    const what = {
      preamble: 'What comes before the first boundary',
      boundary: 'A boundary line',
      headers: 'The headers of a part',
      value: `"${this.#field}"`,
    }[this.#step];
    return invalidForm(
      `${what} of the form is longer than ${limit} bytes. Send less, and the file as "file".`,
    );
  }

  #go(step: Step, by: number): void {
    this.#step = step;
    this.#at += by;
  }

  #here(): Buffer {
    return this.#gathered.subarray(this.#at, this.#length);
  }

  #gather(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (this.#length === 0) this.#gathered = bytes;
    else if (length > this.#gathered.length) {
      const larger = Buffer.allocUnsafe(length * 2);
      this.#gathered.copy(larger, 0, 0, this.#length);
      bytes.copy(larger, this.#length);
      this.#gathered = larger;
    } else bytes.copy(this.#gathered, this.#length);
    this.#length = length;
  }
}

function decoded(field: FormField, value: Buffer): string {
  if (isUtf8(value)) return value.toString();
  throw new StrongroomError('invalid_input', { field, problem: 'is not UTF-8; encode it so' });
}
