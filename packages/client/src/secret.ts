import { StrongroomError } from './error.ts';

/** A token, or who gives one: asked before the first call, and again when the service refuses what it gave. */
export type SecretSource = string | (() => string | Promise<string>);

/** Remembers what its source gave, so that many calls at once ask it once. */
export class Secret {
  readonly #source: SecretSource;
  #given: Promise<string> | null = null;

  constructor(source: SecretSource) {
    this.#source = source;
  }

  /** Raises `token_unavailable` when the source fails; the next call asks it again. */
  get(): Promise<string> {
    this.#given ??= this.#ask();
    return this.#given;
  }

  /** Whether there may be another than `refused`: then the next `get` asks the source, unless another call has done so. */
  async renew(refused: string): Promise<boolean> {
    if (typeof this.#source === 'string') return false;
    const given = this.#given;
    if (given !== null && (await given.catch(() => refused)) === refused && this.#given === given)
      this.#given = null;
    return (await this.get()) !== refused;
  }

  async #ask(): Promise<string> {
    try {
      return typeof this.#source === 'string' ? this.#source : tokenIn(await this.#source());
    } catch (cause) {
      this.#given = null;
      if (cause instanceof StrongroomError) throw cause;
      throw new StrongroomError('token_unavailable', 'The token could not be had.', {
        retryable: true,
        cause,
      });
    }
  }
}

/** What a page of an error, an empty answer or undefined would be sent as is refused here, where it can be told what it is. */
function tokenIn(given: unknown): string {
  const token = typeof given === 'string' ? given.trim() : '';
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('the function gave no token');
  return token;
}
