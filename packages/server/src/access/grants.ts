import type { Action, Caller, Identity } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import type { Authenticator } from './api-keys.ts';
import { expiryOf, type GrantClaims, type GrantName, isGrantToken, type NewGrant } from './grant-tokens.ts';
import type { Revocations } from './revocations.ts';
import type { Tokens } from './tokens.ts';

/** No grant expires later from now on, whatever the clock of the server that made it. Milliseconds. */
const latestExpiry = 8 * 24 * 3_600_000;

interface GrantsParts {
  readonly tokens: () => Pick<Tokens, 'mintGrant' | 'verifyGrant'>;
  readonly keys: Pick<Authenticator, 'authenticate' | 'holderOf'>;
  readonly revocations: Pick<Revocations, 'include' | 'add'>;
}

/**
 * Grants: what an app's backend makes with its key and hands to a browser, good for a part of what the key may do. All of it
 * stands in the signed token, so that nothing is kept of a grant but that it was revoked, and how many documents came by it.
 */
export class Grants {
  readonly #parts: GrantsParts;

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /** Who calls, by a grant or an API key. Raises `unauthenticated`, `grant_expired`, `records_unavailable`, `busy`. */
  authenticate(authorization: string | undefined): Promise<Identity> {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    return isGrantToken(token) ? this.#holder(token) : this.#parts.keys.authenticate(authorization);
  }

  /** `key` is that of who makes it; whether they may hand that on was asked before. */
  make(grant: NewGrant): { id: string; token: string; expiresAt: Date } {
    return this.#parts.tokens().mintGrant(grant);
  }

  /**
   * Ends a grant on every server within five seconds; one that is unknown, or no more, is as good as ended. Who is bound to a
   * prefix ends grants of the own key alone, and learns of no others. Raises `invalid_input` for what can't be an id, such as
   * the token: to say that it is revoked would be a lie.
   */
  async revoke(caller: Pick<Caller, 'key' | 'rights'>, id: string): Promise<void> {
    const expiresAt = expiryOf(id);
    if (expiresAt === null || expiresAt > Date.now() + latestExpiry)
      throw new StrongroomError('invalid_input', {
        field: 'id',
        problem: 'is not the id that came with a grant',
      });
    const isBound = caller.rights.recordPrefix !== null;
    const name = isBound ? boundTo({ id, key: caller.key ?? '' }) : ofAnyone(id);
    await this.#parts.revocations.add(name, expiresAt);
  }

  /** Whether neither the grant nor its key was revoked. Raises `records_unavailable`, `busy`. */
  async stands(grant: GrantName): Promise<boolean> {
    return !(await this.#isRevoked(grant)) && (await this.#parts.keys.holderOf(grant.key)) !== null;
  }

  async #holder(token: string): Promise<Identity> {
    const claims = this.#parts.tokens().verifyGrant(token);
    const issuer = (await this.#isRevoked(claims)) ? null : await this.#parts.keys.holderOf(claims.key);
    if (issuer === null) throw new StrongroomError('unauthenticated', {});
    return identityOf(claims, issuer);
  }

  #isRevoked(grant: GrantName): Promise<boolean> {
    return this.#parts.revocations.include(ofAnyone(grant.id), boundTo(grant));
  }
}

/** No more than its key may now, whatever it was made for. */
function identityOf(claims: GrantClaims, { key, rights }: Identity): Identity {
  const { id, recordId, types, maxSize, maxFiles, expiresAt } = claims;
  const actions = (claims.actions as readonly Action[]).filter((action) => rights.actions.has(action));
  return {
    actor: { kind: 'grant', id },
    key,
    rights: {
      actions: new Set(actions),
      documentId: null,
      recordId,
      recordPrefix: rights.recordPrefix,
      types,
      scopes: null,
      maxSize,
      maxFiles,
      expiresAt,
    },
  };
}

function ofAnyone(id: string): string {
  return `grant:${id}`;
}

function boundTo({ id, key }: GrantName): string {
  return `grant:${id}@${key}`;
}
