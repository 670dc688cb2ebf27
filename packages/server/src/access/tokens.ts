import { StrongroomError } from '../errors.ts';
import { type GrantClaims, mintGrant, type NewGrant, readGrant } from './grant-tokens.ts';
import { type LinkClaims, mintLink, type NewLink, readLink } from './link-tokens.ts';
import { Seals } from './seals.ts';
import { mintSession, type NewSession, readSession, type SessionClaims } from './session-tokens.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** All that the service signs, by its secrets and its clock. */
export class Tokens {
  readonly #seals: Seals;
  readonly #now: () => number;

  /**
   * @param secrets at least one, each of at least 32 random characters
   * @param now epoch milliseconds
   */
  constructor(secrets: readonly string[], now: () => number = Date.now) {
    this.#seals = new Seals(secrets);
    this.#now = now;
  }

  /** A link's token for a URL path, and the whole second at which it expires. */
  mintLink(link: NewLink): { token: string; expiresAt: Date } {
    return mintLink(this.#seals, link, this.#now());
  }

  /** Raises `link_invalid` for a token that was changed, has expired or is none. */
  verifyLink(token: string): LinkClaims {
    return readLink(this.#seals, token, this.#now());
  }

  /** A grant's token, and the whole second at which it expires. */
  mintGrant(grant: NewGrant): { id: string; token: string; expiresAt: Date } {
    return mintGrant(this.#seals, grant, this.#now());
  }

  /** Raises `grant_expired`, and `unauthenticated` for a token that was changed or is none. */
  verifyGrant(token: string): GrantClaims {
    return readGrant(this.#seals, token, this.#now());
  }

  /** A session's token, and what it says. */
  mintSession(session: NewSession): { token: string; claims: SessionClaims } {
    return mintSession(this.#seals, session, this.#now());
  }

  /** Raises `unauthenticated` for a token that was changed, has expired or is none. */
  verifySession(token: string): SessionClaims {
    return readSession(this.#seals, token, this.#now());
  }

  /** Whether the page of this session was given that token, by this secret or one before it. */
  isCsrfToken(token: string, sessionId: string): boolean {
    return this.#seals.open('csrf', token)?.toString('hex') === sessionId;
  }

  /** A place in a list as text for a query parameter. Signed, so that what comes back is what was given out. */
  sealCursor(value: { [name: string]: Json }): string {
    return this.#seals.seal('cursor', Buffer.from(JSON.stringify(value)));
  }

  /** Raises `invalid_input` on field `cursor` for text that `sealCursor` did not make. */
  unsealCursor(cursor: string): { [name: string]: Json } {
    const value = this.#seals.open('cursor', cursor);
    if (value === null)
      throw new StrongroomError('invalid_input', {
        field: 'cursor',
        problem: 'is not a nextCursor of this service; begin again without it',
      });
    return JSON.parse(value.toString()) as { [name: string]: Json };
  }
}
