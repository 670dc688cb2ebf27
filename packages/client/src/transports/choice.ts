import type { CallerAccess } from '../answers.ts';
import type { NamedBody } from '../body.ts';
import type { Connection } from '../connection.ts';
import { StrongroomError } from '../error.ts';
import type { Transport, UploadOptions } from '../upload-options.ts';
import type { Course } from './job.ts';

/** Bytes. What is smaller is sent again faster than it is asked how much of it arrived. */
const plainUpTo = 8 * 2 ** 20;

type Asking = Pick<Course, 'cancelled' | 'waits'>;

/** Which way a document goes. Remembers what the service offers, as long as its client lives. */
export class Choice {
  readonly #connection: Connection;
  #offered: readonly Transport[] | null = null;
  #bucketReached = true;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What is asked for, where the body lets it: what is read once, or has no range, goes plain. */
  async of(
    { part, size }: NamedBody,
    { transport = 'auto' }: UploadOptions,
    course: Asking,
  ): Promise<Transport> {
    if (part === null || !size || transport === 'plain') return 'plain';
    if (transport !== 'auto') return transport;
    if (size <= plainUpTo) return 'plain';
    const offered = await this.#asked(course);
    if (offered.includes('direct') && this.#bucketReached) return 'direct';
    return offered.includes('tus') ? 'tus' : 'plain';
  }

  /** Whether a file that was refused on its way may go in pieces. */
  async mayBeCut({ part }: NamedBody, { transport = 'auto' }: UploadOptions, course: Asking) {
    return part !== null && transport === 'auto' && (await this.#asked(course)).includes('tus');
  }

  /** From here the bucket can't be reached: no more uploads go there. */
  forgoDirect(): void {
    this.#bucketReached = false;
  }

  /** Each upload asks for itself until one has been answered: one that is cancelled must not take the others with it. */
  async #asked(course: Asking): Promise<readonly Transport[]> {
    this.#offered ??= await this.#ask(course);
    return this.#offered;
  }

  /** A service that is older than the question has one way only. */
  async #ask({ cancelled: signal, waits }: Asking): Promise<readonly Transport[]> {
    try {
      const caller = { method: 'GET', path: '/v1/caller', signal, waits } as const;
      const { transports } = await this.#connection.json<Partial<CallerAccess>>(caller);
      return transports ?? [];
    } catch (error) {
      if (error instanceof StrongroomError && error.code === 'route_missing') return [];
      throw error;
    }
  }
}
