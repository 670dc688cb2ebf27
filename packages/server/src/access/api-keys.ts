import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { everything, type Identity } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import type { ApiKeyRecord, KeyRecords } from './key-records.ts';
import { Line } from './line.ts';
import { type KeyLimits, rightsOf, unlimited } from './scopes.ts';

/**
 * Whoever holds an API key. The actor's id is the key's public part, or `environment` for STRONGROOM_API_KEY; `key` is the
 * same, but tells one STRONGROOM_API_KEY from the next.
 */
export interface KeyHolder extends Identity {
  readonly key: string;
}

/** How long a verified key is taken without asking the records, so how long a revoked one can live on. Milliseconds. */
const trustedFor = 5_000;
const mostTrusted = 10_000;
/** Look-ups of keys that were never seen to exist: this many at once, this many in line, then `busy`. */
const lookUps = { atOnce: 4, inLine: 256 };

const written = /^sr_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** A new key, `sr_<id>_<secret>` with 256 random bits, and the record that recognises it. The key is kept nowhere else. */
export function makeKey(
  name: string,
  at: Date,
  limits: KeyLimits = unlimited,
): { key: string; record: ApiKeyRecord } {
  const id = randomBytes(6).toString('hex');
  return recordOf(`sr_${id}_${randomBytes(32).toString('base64url')}`, name, at, limits);
}

/** The record of a key that exists already. Raises an Error when it is not written as `makeKey` writes keys. */
export function recordOf(
  key: string,
  name: string,
  at: Date,
  { scopes, recordPrefix }: KeyLimits = unlimited,
): { key: string; record: ApiKeyRecord } {
  const id = idOf(key);
  if (id === null) throw new Error('not a key');
  const hash = sha256(key).toString('hex');
  return { key, record: { id, name, hash, scopes, recordPrefix, createdAt: at, revokedAt: null } };
}

/** The public part of a key, or null when it is not written as `makeKey` writes keys. */
export function idOf(key: string): string | null {
  return written.exec(key)?.[1] ?? null;
}

interface Trusted {
  readonly hash: Buffer;
  readonly holder: KeyHolder;
  readonly until: number;
}

/**
 * Finds out who calls, from the Authorization field (RFC 9110 §11.4, RFC 6750 §2.1).
 *
 * STRONGROOM_API_KEY is compared first and never needs the records. A key of the records is trusted for five seconds
 * after it was read there. That it is missing is never remembered: a key made a second ago works, and made-up ids fill
 * no memory. What made-up ids can cost is bounded by the line for look-ups, which keys seen before don't stand in.
 */
export class Authenticator {
  readonly #records: Pick<KeyRecords, 'findKey'>;
  readonly #environment: Pick<Trusted, 'hash' | 'holder'> | null;
  readonly #now: () => number;
  readonly #trusted = new Map<string, Trusted>();
  readonly #asking = new Map<string, Promise<Trusted | null>>();
  readonly #line = new Line(lookUps);

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    records: Pick<KeyRecords, 'findKey'>,
    environmentKey: string | null,
    now: () => number = () => performance.now(),
  ) {
    this.#records = records;
    this.#environment = environmentKey === null ? null : ofEnvironment(environmentKey);
    this.#now = now;
  }

  /** Raises `unauthenticated`; `records_unavailable` and `busy` when that can't be found out now. */
  async authenticate(authorization: string | undefined): Promise<KeyHolder> {
    const key = /^bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) throw new StrongroomError('unauthenticated', {});
    // Node reads fields as Latin-1; these are the bytes that were sent.
    const offered = sha256(Buffer.from(key, 'latin1'));
    if (this.#environment !== null && timingSafeEqual(offered, this.#environment.hash))
      return this.#environment.holder;
    const id = idOf(key);
    const trusted = id === null ? null : (this.#remembered(id) ?? (await this.#ask(id)));
    if (trusted === null || !timingSafeEqual(offered, trusted.hash))
      throw new StrongroomError('unauthenticated', {});
    return trusted.holder;
  }

  /**
   * What the holder of a key may do now, for what acts in its name: `key` is the one of an Identity. Null when it is revoked,
   * or no longer set. Raises `records_unavailable`, `busy`.
   */
  async holderOf(key: string): Promise<KeyHolder | null> {
    if (key === this.#environment?.holder.key) return this.#environment.holder;
    return (this.#remembered(key) ?? (await this.#ask(key)))?.holder ?? null;
  }

  #remembered(id: string): Trusted | undefined {
    const trusted = this.#trusted.get(id);
    return trusted !== undefined && this.#now() < trusted.until ? trusted : undefined;
  }

  /** One question per id at a time, whoever asks. */
  #ask(id: string): Promise<Trusted | null> {
    const running = this.#asking.get(id);
    if (running) return running;
    const asked = (this.#trusted.has(id) ? this.#read(id) : this.#line.run(() => this.#read(id))).finally(
      () => this.#asking.delete(id),
    );
    this.#asking.set(id, asked);
    return asked;
  }

  async #read(id: string): Promise<Trusted | null> {
    // Counted from before the question: a key revoked while the answer is under way dies in time too.
    const until = this.#now() + trustedFor;
    const record = await this.#records.findKey(id);
    this.#trusted.delete(id);
    if (record === null || record.revokedAt !== null) return null;
    const holder: KeyHolder = { actor: { kind: 'key', id }, key: id, rights: rightsOf(record) };
    const trusted = { hash: Buffer.from(record.hash, 'hex'), holder, until };
    this.#trusted.set(id, trusted);
    if (this.#trusted.size > mostTrusted) {
      const [oldest] = this.#trusted.keys();
      if (oldest !== undefined) this.#trusted.delete(oldest);
    }
    return trusted;
  }
}

/** Another STRONGROOM_API_KEY is another key, though events call it the same. */
function ofEnvironment(environmentKey: string): Pick<Trusted, 'hash' | 'holder'> {
  const hash = sha256(Buffer.from(environmentKey));
  const key = nameOfEnvironmentKey(environmentKey);
  return { hash, holder: { actor: { kind: 'key', id: 'environment' }, key, rights: everything } };
}

/** What STRONGROOM_API_KEY is called as the key of an Identity. */
export function nameOfEnvironmentKey(environmentKey: string): string {
  return `environment-${sha256(sha256(Buffer.from(environmentKey))).toString('hex', 0, 8)}`;
}

function sha256(value: Buffer | string): Buffer {
  return hash('sha256', value, 'buffer');
}
