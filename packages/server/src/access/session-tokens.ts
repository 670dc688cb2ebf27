import { randomBytes } from 'node:crypto';
import { StrongroomError } from '../errors.ts';
import type { Seals } from './seals.ts';

/** A browser that has signed in. */
export interface SessionClaims {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The API key that it acts as, and dies with. */
  readonly key: string;
  readonly expiresAt: Date;
  readonly csrfToken: string;
}

/** `expiresIn` in seconds. */
export interface NewSession {
  readonly key: string;
  readonly expiresIn: number;
}

/** What a session's token begins with: people and scanners of secrets know it when they see it. */
const sessionPrefix = 'ss_';

/** @param now epoch milliseconds */
export function mintSession(
  seals: Seals,
  { key, expiresIn }: NewSession,
  now: number,
): { token: string; claims: SessionClaims } {
  const expires = Math.floor(now / 1000) + expiresIn;
  const id = randomBytes(16);
  const facts = Buffer.alloc(4);
  facts.writeUInt32BE(expires);
  const token = sessionPrefix + seals.seal('session', Buffer.concat([facts, id, Buffer.from(key)]));
  const claims = { id: id.toString('hex'), key, expiresAt: new Date(expires * 1000) };
  return { token, claims: { ...claims, csrfToken: seals.seal('csrf', id) } };
}

/** Raises `unauthenticated` for a token that was changed, has expired or is none. */
export function readSession(seals: Seals, token: string, now: number): SessionClaims {
  const sealed = token.startsWith(sessionPrefix) ? token.slice(sessionPrefix.length) : '';
  const facts = seals.open('session', sealed);
  if (facts === null || now >= facts.readUInt32BE(0) * 1000) throw new StrongroomError('unauthenticated', {});
  const id = facts.subarray(4, 20);
  return {
    id: id.toString('hex'),
    key: facts.toString('utf8', 20),
    expiresAt: new Date(facts.readUInt32BE(0) * 1000),
    csrfToken: seals.seal('csrf', id),
  };
}
