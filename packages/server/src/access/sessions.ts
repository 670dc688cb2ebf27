import type { Identity } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import type { Authenticator, KeyHolder } from './api-keys.ts';
import { Line } from './line.ts';
import type { SessionClaims } from './session-tokens.ts';
import { codeHash } from './sign-in-codes.ts';
import type { SignInRecords } from './sign-in-records.ts';
import type { Tokens } from './tokens.ts';

/** How long a session lives, in seconds. */
const sessionLife = 12 * 3_600;

/** Codes that are looked up: whoever tries to guess one keeps nobody from the records, or from signing in. */
const lookUps = { atOnce: 4, inLine: 256 };

/** What a browser signs in with. */
export type SignIn = { readonly key: string } | { readonly code: string };

/** A browser that has signed in, and acts as its API key. */
export interface Session {
  readonly identity: Identity;
  readonly id: string;
  readonly expiresAt: Date;
  /** What its page sends along with whatever changes something, which no other page can know. */
  readonly csrfToken: string;
}

/** Something revoked, known to every server within five seconds. Both raise `records_unavailable`. */
interface Revoked {
  include(...ids: readonly string[]): Promise<boolean>;
  /** @param expiresAt epoch milliseconds */
  add(id: string, expiresAt: number): Promise<void>;
}

interface SessionsParts {
  readonly tokens: () => Pick<Tokens, 'mintSession' | 'verifySession' | 'isCsrfToken'>;
  readonly keys: Pick<Authenticator, 'authenticate' | 'holderOf'>;
  readonly revocations: Revoked;
  readonly codes: Pick<SignInRecords, 'findCode' | 'useCode'>;
}

/**
 * Browsers that have signed in. All of a session stands in its signed token, so nothing is kept of it but that it was ended
 * before its time; it has the rights that its key has now, and none once that is revoked.
 */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #line = new Line(lookUps);

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Raises `unauthenticated` for a key or code that is none, `records_unavailable`, `busy`. */
  async begin(signIn: SignIn): Promise<{ token: string; session: Session }> {
    const holder = 'key' in signIn ? await this.#byKey(signIn.key) : await this.#byCode(signIn.code);
    const { token, claims } = this.#parts.tokens().mintSession({ key: holder.key, expiresIn: sessionLife });
    return { token, session: sessionOf(claims, holder) };
  }

  /** The session of a token. Raises `unauthenticated` where it has ended or is none, `records_unavailable`, `busy`. */
  async open(token: string): Promise<Session> {
    const claims = this.#parts.tokens().verifySession(token);
    if (await this.#parts.revocations.include(revocation(claims)))
      throw new StrongroomError('unauthenticated', {});
    const holder = await this.#parts.keys.holderOf(claims.key);
    if (holder === null) throw new StrongroomError('unauthenticated', {});
    return sessionOf(claims, holder);
  }

  /** Whether the token is one that the session's page was given. */
  proves({ id }: Pick<Session, 'id'>, csrfToken: string): boolean {
    return this.#parts.tokens().isCsrfToken(csrfToken, id);
  }

  /** Ends it on every server within five seconds. A repeat is success. */
  async end(session: Pick<Session, 'id' | 'expiresAt'>): Promise<void> {
    await this.#parts.revocations.add(revocation(session), session.expiresAt.getTime());
  }

  #byKey(key: string): Promise<KeyHolder> {
    // As Node would have read it from a header: each byte a character.
    const bytes = Buffer.from(key).toString('latin1');
    return this.#parts.keys.authenticate(`Bearer ${bytes}`);
  }

  /** Looked at before it is used up: a guess writes nothing. A code of a key that is revoked is left as it is. */
  async #byCode(code: string): Promise<KeyHolder> {
    const hash = codeHash(code);
    if (hash === null) throw new StrongroomError('unauthenticated', {});
    return this.#line.run(async () => {
      const found = await this.#parts.codes.findCode(hash);
      const holder = found === null ? null : await this.#parts.keys.holderOf(found.key);
      const used = holder === null ? null : await this.#parts.codes.useCode(hash, new Date());
      if (holder === null || used === null) throw new StrongroomError('unauthenticated', {});
      return holder;
    });
  }
}

/** Its name among what was revoked. */
function revocation({ id }: Pick<Session, 'id'>): string {
  return `session ${id}`;
}

function sessionOf({ id, expiresAt, csrfToken }: SessionClaims, { actor, key, rights }: KeyHolder): Session {
  const identity = {
    actor: { kind: 'session', id: actor.id },
    key,
    rights: { ...rights, expiresAt },
  } as const;
  return { identity, id, expiresAt, csrfToken };
}
