import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { StrongroomError } from '../errors.ts';

/** What a signed link opens, and who made it. */
export interface LinkClaims {
  /** A UUID. */
  readonly documentId: string;
  readonly disposition: 'inline' | 'attachment';
  /** `id` is that of whoever made the link. */
  readonly actor: { readonly kind: 'link'; readonly id: string };
}

export interface NewLink {
  /** A UUID. */
  readonly documentId: string;
  readonly disposition: 'inline' | 'attachment';
  /** Seconds. */
  readonly expiresIn: number;
  readonly actor: { readonly id: string };
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Purpose = 'link' | 'cursor';

/** HMAC-SHA-256 cut to 128 bits, which RFC 2104 §5 allows and which keeps links short. */
const macBytes = 16;
/** Before who made it: one byte of disposition, four of expiry in epoch seconds, sixteen of document id. */
const linkBytes = 21;

/**
 * Signs and verifies links and cursors. The first secret signs and every one verifies, so that secrets can be rotated.
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
    this.#keys = { link: secrets.map(derived('link')), cursor: secrets.map(derived('cursor')) };
    this.#now = now;
  }

  /** A link's token for a URL path, and the whole second at which it expires. */
  mintLink(link: NewLink): { token: string; expiresAt: Date } {
    const expires = Math.floor(this.#now() / 1000) + link.expiresIn;
    const facts = Buffer.alloc(linkBytes);
    facts.writeUInt8(link.disposition === 'inline' ? 1 : 0, 0);
    facts.writeUInt32BE(expires, 1);
    facts.write(link.documentId.replaceAll('-', ''), 5, 'hex');
    const token = this.#seal('link', Buffer.concat([facts, Buffer.from(link.actor.id)]));
    return { token, expiresAt: new Date(expires * 1000) };
  }

  /** Raises `link_invalid` for a token that was changed, has expired or is none. */
  verifyLink(token: string): LinkClaims {
    const facts = this.#open('link', token);
    if (facts === null || facts.length < linkBytes || this.#now() >= facts.readUInt32BE(1) * 1000)
      throw new StrongroomError('link_invalid', {});
    return {
      documentId: facts.toString('hex', 5, linkBytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      disposition: facts[0] === 1 ? 'inline' : 'attachment',
      actor: { kind: 'link', id: facts.toString('utf8', linkBytes) },
    };
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

/** As a KeyObject a key signs six times as fast as as bytes. */
function derived(purpose: Purpose): (secret: string) => KeyObject {
  return (secret) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `strongroom ${purpose} 1`, 32)));
}

function mac(key: KeyObject, payload: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, macBytes);
}
