/** The columns of the table: everybody who may come to a door, and what they hold. */
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { makeKey } from '../../src/access/api-keys.ts';
import { type KeyLimits, scopes, unlimited } from '../../src/access/scopes.ts';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import type { Records } from '../../src/records/records.ts';
import { openSqliteRecords } from '../../src/records/sqlite.ts';
import type { TestServer } from '../harness.ts';
import { keepSecret } from '../secrecy/watch.ts';

/** The record whose documents are asked for. */
export const recordId = 'case/1';

const documentActions = ['upload', 'list', 'read', 'change', 'link', 'archive', 'delete', 'restore'];

type Fields = Readonly<Record<string, string>>;

/** Fields of a request by the name of a column, made for each anew: a call may end a session. */
export type Credentials = ReadonlyMap<string, () => Promise<Fields>>;

/** Everybody, before a service whose records are where `settings` say. */
export async function credentials(
  server: TestServer,
  settings: Readonly<Record<string, string>>,
): Promise<Credentials> {
  const records = recordsOf(settings);
  await records.connect();
  const key = async (limits: Partial<KeyLimits> = {}) => bearer(await made(records, limits));
  const owner = await key();
  const grant = (wanted: object) => granted(server, owner, { actions: documentActions, ...wanted });
  const revoked = await grant({ recordId });
  await sent(server, owner, 'DELETE', `/v1/grants/${revoked.id}`);
  const expired = await grant({ recordId, expiresIn: 1 });
  const lasting: [string, Fields][] = [
    ['no key', {}],
    ['wrong key', bearer(makeKey('unknown', new Date()).key)],
    ['key', owner],
    ...(await Promise.all(
      Object.keys(scopes).map(
        async (scope): Promise<[string, Fields]> => [scope, await key({ scopes: [scope] })],
      ),
    )),
    ['its prefix', await key({ recordPrefix: 'case/' })],
    ['other prefix', await key({ recordPrefix: 'file/' })],
    ['grant', bearer((await grant({ recordId })).token)],
    ['other record', bearer((await grant({ recordId: 'case/12' })).token)],
    ['expired', bearer(expired.token)],
    ['revoked', bearer(revoked.token)],
  ];
  await records.close();
  while (Date.now() <= Date.parse(expired.expiresAt)) await sleep(20);
  return new Map([
    ...lasting.map(([name, fields]): [string, () => Promise<Fields>] => [name, async () => fields]),
    ['session, no proof', async () => ({ cookie: (await signedIn(server)).cookie })],
    ['session', () => signedIn(server)],
  ]);
}

/** A session's cookie, and the field by which its page proves itself. */
async function signedIn({ url, key }: TestServer): Promise<{ cookie: string; 'strongroom-csrf': string }> {
  const answer = await request(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const { csrfToken } = (await answer.body.json()) as { csrfToken: string };
  const [cookie = ''] = String(answer.headers['set-cookie']).split(';');
  keepSecret('secret', cookie.split('=')[1]);
  return { cookie, 'strongroom-csrf': csrfToken };
}

function bearer(token: string): Record<string, string> {
  keepSecret('secret', token);
  return { authorization: `Bearer ${token}` };
}

async function made(records: Records, limits: Partial<KeyLimits>): Promise<string> {
  const { key, record } = makeKey('table', new Date(), { ...unlimited, ...limits });
  await records.createKey(record);
  return key;
}

function recordsOf({ DATABASE_URL: url, DATA_DIR: folder = '' }: Readonly<Record<string, string>>): Records {
  return url === undefined ? openSqliteRecords({ folder, serving: false }) : openPostgresRecords({ url });
}

async function granted(server: TestServer, owner: Record<string, string>, wanted: object) {
  return JSON.parse(await sent(server, owner, 'POST', '/v1/grants', wanted)) as {
    id: string;
    token: string;
    expiresAt: string;
  };
}

async function sent(
  { url }: TestServer,
  headers: Record<string, string>,
  method: 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<string> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await request(url + path, {
    method,
    headers: { ...headers, ...json },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${text}`);
  return text;
}
