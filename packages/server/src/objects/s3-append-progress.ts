import { hasCode } from '../errors.ts';
import type { Checkpoint, Part, ResumableObjects, Unfinished } from './resumable-objects.ts';
import type { Piece } from './s3-pieces.ts';

/** Where an upload stands. Parts are all of one size but the last, so their number says how many bytes they have. */
export interface Standing {
  /** Bytes; fixed when the upload began. */
  readonly partSize: number;
  /** Null until the first whole part has come. */
  readonly upload: {
    readonly id: string;
    /** Whether its parts carry checksums: all of them, or none. */
    readonly checks: boolean;
  } | null;
  readonly parts: number;
  /** What has come after the parts; less than one. */
  readonly pieces: readonly Piece[];
}

type Options = Pick<Parameters<ResumableObjects['append']>[2], 'whole' | 'checkpoint'>;

/** Where one append has come to, and what of it has been noted. */
export class AppendProgress {
  readonly #options: Options;
  /** What waits until the body has turned out to be right. */
  #withheld: Checkpoint[] = [];
  readonly #before: Standing;
  #offset: number;
  #standing: Standing;
  #refused: { readonly error: unknown } | null = null;

  constructor(unfinished: Unfinished, options: Options) {
    this.#options = options;
    this.#offset = unfinished.offset;
    this.#before = unfinished.state as unknown as Standing;
    this.#standing = this.#before;
  }

  get offset(): number {
    return this.#offset;
  }

  get standing(): Standing {
    return this.#standing;
  }

  get state(): Checkpoint['state'] {
    return this.#standing as unknown as Checkpoint['state'];
  }

  /** What a checkpoint raised: nothing is noted after that. */
  get refused(): { readonly error: unknown } | null {
    return this.#refused;
  }

  /** What has been begun or stored and is only withheld so far. */
  get unsettled(): Pick<Standing, 'upload' | 'pieces'> {
    if (this.#withheld.length === 0) return { upload: null, pieces: [] };
    const { upload, pieces } = this.#before;
    const added = this.#standing.pieces.filter((piece) => !pieces.includes(piece));
    return { upload: upload === null ? this.#standing.upload : null, pieces: added };
  }

  /** So much is stored now. */
  async note(offset: number, changes: Partial<Standing>, part: Part | null = null): Promise<void> {
    this.#offset = offset;
    this.#standing = { ...this.#standing, ...changes };
    const made = { offset, state: this.state, part };
    if (this.#options.whole) this.#withheld.push(made);
    else await this.#checkpoint(made);
  }

  /** The body is what it should be: what was withheld is noted. */
  async settle(): Promise<void> {
    const withheld = this.#withheld;
    this.#withheld = [];
    for (const [at, made] of withheld.entries()) {
      if (made.part || at === withheld.length - 1) await this.#checkpoint(made);
    }
  }

  async #checkpoint(made: Checkpoint): Promise<void> {
    try {
      await this.#options.checkpoint(made);
    } catch (error) {
      this.#refused = { error };
      throw error;
    }
  }
}

/** Whether a checkpoint that raised this has surely noted nothing: the answer of one that has can be lost. */
export function isNotNoted(error: unknown): boolean {
  return (['upload_taken_over', 'state_conflict', 'document_missing'] as const).some((code) =>
    hasCode(error, code),
  );
}
