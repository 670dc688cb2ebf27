import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { StrongroomError } from '../errors.ts';

/** What a signed link opens, and who made it. */
export interface LinkClaims {
  /** A UUID. */
  readonly documentId: string;
  readonly disposition: 'inline' | 'attachment';
  /** `id` is that of whoever made the link. */
  readonly actor: { readonly kind: 'link'; readonly id: string };
  /** The grant that it was made with, and dies with; null: none. */
  readonly grant: GrantName | null;
}

/** A grant, and the API key that it dies with. */
export interface GrantName {
  /** 32 hexadecimal digits: the second at which it expires in eight, random ones after them. */
  readonly id: string;
  readonly key: string;
}

/** What a grant is good for. */
export interface GrantClaims extends GrantName {
  readonly recordId: string;
  readonly actions: readonly string[];
  readonly types: readonly string[] | null;
  /** Bytes. */
  readonly maxSize: number | null;
  readonly maxFiles: number | null;
  readonly expiresAt: Date;
}

/** `expiresIn` in seconds. */
export type NewGrant = Omit<GrantClaims, 'id' | 'expiresAt'> & { readonly expiresIn: number };

export interface NewLink {
  /** A UUID. */
  readonly documentId: string;
  readonly disposition: 'inline' | 'attachment';
  /** Seconds. */
  readonly expiresIn: number;
  readonly actor: { readonly id: string };
  readonly grant?: GrantName | null;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** A browser that has signed in. */
export interface SessionClaims {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The API key that it acts as, and dies with. */
  readonly key: string;
  readonly expiresAt: Date;
  readonly csrfToken: string;
}

type Purpose = 'link' | 'cursor' | 'grant' | 'session' | 'csrf';

/** What a session's token begins with: people and scanners of secrets know it when they see it. */
const sessionPrefix = 'ss_';

/** HMAC-SHA-256 cut to 128 bits, which RFC 2104 §5 allows and which keeps links short. */
const macBytes = 16;
/** Before who made it: one byte of flags, four of expiry in epoch seconds, sixteen of document id. */
const linkBytes = 21;
const inline = 1;
/** Who made it is a grant: sixteen bytes of its id, and its key. */
const byGrant = 2;

/** What a grant's token begins with, so that people and scanners of secrets know it when they see it. */
const grantPrefix = 'sg_';

export function isGrantToken(text: string): boolean {
  return text.startsWith(grantPrefix);
}

/** The epoch milliseconds at which the grant of this id expires; null for text that is no grant's id. */
export function expiryOf(grantId: string): number | null {
  return /^[0-9a-f]{32}$/.test(grantId) ? Number.parseInt(grantId.slice(0, 8), 16) * 1000 : null;
}

/**
 * Signs and verifies links, grants and cursors. The first secret signs and every one verifies, so that secrets can be rotated.
 * Each purpose has its own key from each secret (HKDF, RFC 5869), so one kind of token is never taken for the other.
 */
export class Tokens {
  readonly #keys: Readonly<Record<Purpose, readonly KeyObject[]>>;
  readonly #now: () => number;

  /**
   * @param secrets at least one, each of at least 32 random characters
   * @param now epoch milliseconds
   */
  constructor(secrets: readonly string[], now: () => number = Date.now) {
    if (secrets.length === 0) throw new Error('no secret to sign with');
    const of = (purpose: Purpose) => secrets.map(derived(purpose));
    this.#keys = {
      link: of('link'),
      cursor: of('cursor'),
      grant: of('grant'),
      session: of('session'),
      csrf: of('csrf'),
    };
    this.#now = now;
  }

  /** A link's token for a URL path, and the whole second at which it expires. */
  mintLink(link: NewLink): { token: string; expiresAt: Date } {
    const expires = Math.floor(this.#now() / 1000) + link.expiresIn;
    const facts = Buffer.alloc(linkBytes);
    facts.writeUInt8((link.disposition === 'inline' ? inline : 0) | (link.grant ? byGrant : 0), 0);
    facts.writeUInt32BE(expires, 1);
    facts.write(link.documentId.replaceAll('-', ''), 5, 'hex');
    const maker = link.grant
      ? [Buffer.from(link.grant.id, 'hex'), Buffer.from(link.grant.key)]
      : [Buffer.from(link.actor.id)];
    const token = this.#seal('link', Buffer.concat([facts, ...maker]));
    return { token, expiresAt: new Date(expires * 1000) };
  }

  /** Raises `link_invalid` for a token that was changed, has expired or is none. */
  verifyLink(token: string): LinkClaims {
    const facts = this.#open('link', token);
    if (facts === null || facts.length < linkBytes || this.#now() >= facts.readUInt32BE(1) * 1000)
      throw new StrongroomError('link_invalid', {});
    const flags = facts.readUInt8(0);
    const grant = (flags & byGrant) === 0 ? null : grantIn(facts.subarray(linkBytes));
    return {
      documentId: facts.toString('hex', 5, linkBytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      disposition: (flags & inline) === 0 ? 'attachment' : 'inline',
      actor: { kind: 'link', id: grant?.id ?? facts.toString('utf8', linkBytes) },
      grant,
    };
  }

  /** A grant's token, and the whole second at which it expires. */
  mintGrant({ expiresIn, ...grant }: NewGrant): { id: string; token: string; expiresAt: Date } {
    const expires = Math.floor(this.#now() / 1000) + expiresIn;
    const id = expires.toString(16).padStart(8, '0') + randomBytes(12).toString('hex');
    const { key, recordId, actions, types, maxSize, maxFiles } = grant;
    const told = JSON.stringify([id, key, recordId, actions, types, maxSize, maxFiles]);
    const token = grantPrefix + this.#seal('grant', Buffer.from(told));
    return { id, token, expiresAt: new Date(expires * 1000) };
  }

  /** Raises `grant_expired`, and `unauthenticated` for a token that was changed or is none. */
  verifyGrant(token: string): GrantClaims {
    const told = isGrantToken(token) ? this.#open('grant', token.slice(grantPrefix.length)) : null;
    if (told === null) throw new StrongroomError('unauthenticated', {});
    const [id, key, recordId, actions, types, maxSize, maxFiles] = JSON.parse(told.toString());
    const expires = expiryOf(id) ?? 0;
    if (this.#now() >= expires) throw new StrongroomError('grant_expired', {});
    return { id, key, recordId, actions, types, maxSize, maxFiles, expiresAt: new Date(expires) };
  }

  /** A session's token. `expiresIn` is in seconds. */
  mintSession({ key, expiresIn }: { key: string; expiresIn: number }): {
    token: string;
    claims: SessionClaims;
  } {
    const expires = Math.floor(this.#now() / 1000) + expiresIn;
    const id = randomBytes(16);
    const facts = Buffer.alloc(4);
    facts.writeUInt32BE(expires);
    const token = sessionPrefix + this.#seal('session', Buffer.concat([facts, id, Buffer.from(key)]));
    const claims = { id: id.toString('hex'), key, expiresAt: new Date(expires * 1000) };
    return { token, claims: { ...claims, csrfToken: this.#seal('csrf', id) } };
  }

  /** Raises `unauthenticated` for a token that was changed, has expired or is none. */
  verifySession(token: string): SessionClaims {
    const sealed = token.startsWith(sessionPrefix) ? token.slice(sessionPrefix.length) : '';
    const facts = this.#open('session', sealed);
    if (facts === null || this.#now() >= facts.readUInt32BE(0) * 1000)
      throw new StrongroomError('unauthenticated', {});
    const id = facts.subarray(4, 20);
    return {
      id: id.toString('hex'),
      key: facts.toString('utf8', 20),
      expiresAt: new Date(facts.readUInt32BE(0) * 1000),
      csrfToken: this.#seal('csrf', id),
    };
  }

  /** Whether the page of this session was given that token, by this secret or one before it. */
  isCsrfToken(token: string, sessionId: string): boolean {
    return this.#open('csrf', token)?.toString('hex') === sessionId;
  }

  /** A place in a list as text for a query parameter. Signed, so that what comes back is what was given out. */
  sealCursor(value: { [name: string]: Json }): string {
    return this.#seal('cursor', Buffer.from(JSON.stringify(value)));
  }

  /** Raises `invalid_input` on field `cursor` for text that `sealCursor` did not make. */
  unsealCursor(cursor: string): { [name: string]: Json } {
    const value = this.#open('cursor', cursor);
    if (value === null)
      throw new StrongroomError('invalid_input', {
        field: 'cursor',
        problem: 'is not a nextCursor of this service; begin again without it',
      });
    return JSON.parse(value.toString()) as { [name: string]: Json };
  }

  #seal(purpose: Purpose, payload: Buffer): string {
    const [key] = this.#keys[purpose];
    if (key === undefined) throw new Error('no secret to sign with');
    return Buffer.concat([mac(key, payload), payload]).toString('base64url');
  }

  #open(purpose: Purpose, token: string): Buffer | null {
    const sealed = Buffer.from(token, 'base64url');
    // Many texts decode to the same bytes (RFC 4648 §3.5); only the one that was given out counts.
    if (sealed.length <= macBytes || sealed.toString('base64url') !== token) return null;
    const payload = sealed.subarray(macBytes);
    const offered = sealed.subarray(0, macBytes);
    return this.#keys[purpose].some((key) => timingSafeEqual(offered, mac(key, payload))) ? payload : null;
  }
}

function grantIn(maker: Buffer): GrantName {
  return { id: maker.toString('hex', 0, 16), key: maker.toString('utf8', 16) };
}

/** As a KeyObject a key signs six times as fast as as bytes. */
function derived(purpose: Purpose): (secret: string) => KeyObject {
  return (secret) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `strongroom ${purpose} 1`, 32)));
}

function mac(key: KeyObject, payload: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, macBytes);
}
