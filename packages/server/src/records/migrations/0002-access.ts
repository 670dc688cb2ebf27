import type { Types } from './migrations.ts';

/**
 * What narrows an API key (scopes apart by a space; NULL narrows nothing), how many documents a grant has brought, and
 * what is revoked before it expires. The last two keep a row until `expires_at`, epoch milliseconds.
 *
 * `revoked_at` never goes back, so that a reader who knows all up to some time asks for what came after it.
 */
export const access = ({ text, integer, clustered }: Types): string[] => [
  `ALTER TABLE api_keys ADD COLUMN scopes ${text}`,
  `ALTER TABLE api_keys ADD COLUMN record_prefix ${text}`,

  `CREATE TABLE grant_uses (
    grant_id ${text} NOT NULL PRIMARY KEY,
    files ${integer} NOT NULL,
    expires_at ${integer} NOT NULL
  )${clustered}`,
  'CREATE INDEX grant_uses_expiry ON grant_uses (expires_at)',

  `CREATE TABLE revocations (
    id ${text} NOT NULL PRIMARY KEY,
    revoked_at ${integer} NOT NULL,
    expires_at ${integer} NOT NULL
  )${clustered}`,
  'CREATE INDEX revocations_in_order ON revocations (revoked_at, id)',
  'CREATE INDEX revocations_expiry ON revocations (expires_at)',
];
