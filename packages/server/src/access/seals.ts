import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

type Purpose = 'link' | 'cursor' | 'grant' | 'session' | 'csrf';

/** HMAC-SHA-256 cut to 128 bits, which RFC 2104 §5 allows and which keeps links short. */
const macBytes = 16;

/**
 * Seals bytes into text for URLs and headers, and opens what it sealed. The first secret seals and every one opens, so that
 * secrets can be rotated. Each purpose has its own key from each secret (HKDF, RFC 5869), so one kind of token is never taken
 * for another.
 */
export class Seals {
  readonly #keys: Readonly<Record<Purpose, readonly KeyObject[]>>;

  /** @param secrets at least one, each of at least 32 random characters */
  constructor(secrets: readonly string[]) {
    if (secrets.length === 0) throw new Error('no secret to sign with');
    const of = (purpose: Purpose) => secrets.map(derived(purpose));
    this.#keys = {
      link: of('link'),
      cursor: of('cursor'),
      grant: of('grant'),
      session: of('session'),
      csrf: of('csrf'),
    };
  }

  seal(purpose: Purpose, payload: Buffer): string {
    const [key] = this.#keys[purpose];
    if (key === undefined) throw new Error('no secret to sign with');
    return Buffer.concat([mac(key, payload), payload]).toString('base64url');
  }

  /** The bytes; null for text that was not sealed for this purpose. */
  open(purpose: Purpose, token: string): Buffer | null {
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
