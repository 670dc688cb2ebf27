import { randomBytes } from 'node:crypto';
import { StrongroomError } from '../errors.ts';
import type { Seals } from './seals.ts';

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

/** What a grant's token begins with, so that people and scanners of secrets know it when they see it. */
const grantPrefix = 'sg_';

export function isGrantToken(text: string): boolean {
  return text.startsWith(grantPrefix);
}

/** The epoch milliseconds at which the grant of this id expires; null for text that is no grant's id. */
export function expiryOf(grantId: string): number | null {
  return /^[0-9a-f]{32}$/.test(grantId) ? Number.parseInt(grantId.slice(0, 8), 16) * 1000 : null;
}

/** @param now epoch milliseconds */
export function mintGrant(
  seals: Seals,
  { expiresIn, ...grant }: NewGrant,
  now: number,
): { id: string; token: string; expiresAt: Date } {
  const expires = Math.floor(now / 1000) + expiresIn;
  const id = expires.toString(16).padStart(8, '0') + randomBytes(12).toString('hex');
  const { key, recordId, actions, types, maxSize, maxFiles } = grant;
  const told = JSON.stringify([id, key, recordId, actions, types, maxSize, maxFiles]);
  const token = grantPrefix + seals.seal('grant', Buffer.from(told));
  return { id, token, expiresAt: new Date(expires * 1000) };
}

/** Raises `grant_expired`, and `unauthenticated` for a token that was changed or is none. */
export function readGrant(seals: Seals, token: string, now: number): GrantClaims {
  const told = isGrantToken(token) ? seals.open('grant', token.slice(grantPrefix.length)) : null;
  if (told === null) throw new StrongroomError('unauthenticated', {});
  const [id, key, recordId, actions, types, maxSize, maxFiles] = JSON.parse(told.toString());
  const expires = expiryOf(id) ?? 0;
  if (now >= expires) throw new StrongroomError('grant_expired', {});
  return { id, key, recordId, actions, types, maxSize, maxFiles, expiresAt: new Date(expires) };
}
