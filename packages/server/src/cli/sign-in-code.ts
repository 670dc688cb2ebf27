import { nameOfEnvironmentKey } from '../access/api-keys.ts';
import type { ApiKeyRecord, KeyRecords } from '../access/key-records.ts';
import { codeLife, makeCode } from '../access/sign-in-codes.ts';
import type { SignInRecords } from '../access/sign-in-records.ts';
import { StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { signInUrl } from './sign-in-url.ts';

export interface MadeCode {
  readonly url: string;
  readonly code: string;
  readonly expiresAt: Date;
}

/**
 * Makes a code that signs a browser in once, within an hour, as the key `id`; without an id as STRONGROOM_API_KEY where that
 * is set, else as the oldest key that may do everything. Raises StartError where there is no such key.
 */
export async function makeSignInCode(
  records: Pick<KeyRecords, 'keys'> & Pick<SignInRecords, 'createCode'>,
  { apiKey, publicUrl, host, port }: Pick<Settings, 'apiKey' | 'publicUrl' | 'host' | 'port'>,
  id: string | null,
): Promise<MadeCode> {
  const key = id === null && apiKey !== null ? nameOfEnvironmentKey(apiKey) : await chosen(records, id);
  const { code, record } = makeCode(key, new Date(), codeLife);
  await records.createCode(record);
  return { url: signInUrl(publicUrl ?? `http://${host}:${port}`, code), code, expiresAt: record.expiresAt };
}

async function chosen(records: Pick<KeyRecords, 'keys'>, id: string | null): Promise<string> {
  const live = (await records.keys()).filter(({ revokedAt }) => revokedAt === null);
  const mayAll = ({ scopes, recordPrefix }: ApiKeyRecord) => scopes === null && recordPrefix === null;
  const found = id === null ? live.findLast(mayAll) : live.find((record) => record.id === id);
  if (found !== undefined) return found.id;
  throw new StartError(
    id === null
      ? 'There is no key that may do everything: name one, or make one with `strongroom keys create`.'
      : `There is no key ${JSON.stringify(id)} that works; \`strongroom keys list\` shows the ids.`,
  );
}
