import type { Types } from './migrations.ts';

/**
 * Codes that sign a browser in once, by their digests. `key` is the API key that one signs in as, as access names it. One
 * that was used is kept: a first start makes no second code of a key by which somebody has signed in.
 */
export const signInCodes = ({ text, integer, clustered }: Types): string[] => [
  `CREATE TABLE sign_in_codes (
    hash ${text} NOT NULL PRIMARY KEY,
    key ${text} NOT NULL,
    expires_at ${integer} NOT NULL,
    used_at ${integer}
  )${clustered}`,
  'CREATE INDEX sign_in_codes_of_key ON sign_in_codes (key)',
];
