import { StrongroomError } from '../errors.ts';
import type { GrantName } from './grant-tokens.ts';
import type { Seals } from './seals.ts';

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

export interface NewLink {
  /** A UUID. */
  readonly documentId: string;
  readonly disposition: 'inline' | 'attachment';
  /** Seconds. */
  readonly expiresIn: number;
  readonly actor: { readonly id: string };
  readonly grant?: GrantName | null;
}

/** Before who made it: one byte of flags, four of expiry in epoch seconds, sixteen of document id. */
const linkBytes = 21;
const inline = 1;
/** Who made it is a grant: sixteen bytes of its id, and its key. */
const byGrant = 2;

/** @param now epoch milliseconds */
export function mintLink(seals: Seals, link: NewLink, now: number): { token: string; expiresAt: Date } {
  const expires = Math.floor(now / 1000) + link.expiresIn;
  const facts = Buffer.alloc(linkBytes);
  facts.writeUInt8((link.disposition === 'inline' ? inline : 0) | (link.grant ? byGrant : 0), 0);
  facts.writeUInt32BE(expires, 1);
  facts.write(link.documentId.replaceAll('-', ''), 5, 'hex');
  const maker = link.grant
    ? [Buffer.from(link.grant.id, 'hex'), Buffer.from(link.grant.key)]
    : [Buffer.from(link.actor.id)];
  const token = seals.seal('link', Buffer.concat([facts, ...maker]));
  return { token, expiresAt: new Date(expires * 1000) };
}

/** Raises `link_invalid` for a token that was changed, has expired or is none. */
export function readLink(seals: Seals, token: string, now: number): LinkClaims {
  const facts = seals.open('link', token);
  if (facts === null || facts.length < linkBytes || now >= facts.readUInt32BE(1) * 1000)
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

function grantIn(maker: Buffer): GrantName {
  return { id: maker.toString('hex', 0, 16), key: maker.toString('utf8', 16) };
}
