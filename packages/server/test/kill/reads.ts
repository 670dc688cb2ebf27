import { type ApiDocument, contentAt } from '../acceptance/client.ts';
import { oneOf } from '../faults/seeded.ts';
import type { Client } from './client-work.ts';
import type { Condition, Entry } from './ledger.ts';
import { unlessBroken } from './unless-broken.ts';

const readable: readonly Condition[] = ['available', 'archived'];

/** Reads the bytes, and holds them to the ledger. */
export async function readOne(client: Client, entry: Entry): Promise<void> {
  if (entry.id === null) return;
  const answer = await unlessBroken(oneOf(client.random, client.apis).content(entry.id));
  if (answer) holdContent(client, entry, answer);
}

/** Makes a link and opens it, without a key. */
export async function openLink(client: Client, entry: Entry): Promise<void> {
  const link = await unlessBroken(
    oneOf(client.random, client.apis).send<{ url: string }>('POST', `/v1/documents/${entry.id}/links`),
  );
  if (link?.status !== 201) {
    if (link) holdStatus(client, entry, link.status);
    return;
  }
  const { url } = link.body;
  const answer = await unlessBroken(contentAt(url));
  if (answer) holdContent(client, entry, answer);
}

/** Lists the record: what is there is in the list, on every server at once. */
export async function listOne(client: Client, entry: Entry): Promise<void> {
  const path = `/v1/documents?recordId=${encodeURIComponent(entry.recordId)}`;
  const answer = await unlessBroken(
    oneOf(client.random, client.apis).send<{ items: ApiDocument[] }>('GET', path),
  );
  if (answer?.status !== 200) return;
  client.account.count('lists looked through');
  const states = answer.body.items.map(({ state }) => state as Condition);
  const unlisted = entry.may.every((one) => !readable.includes(one)) ? states.length === 0 : true;
  const listed = entry.may.every((one) => readable.includes(one)) ? states.length === 1 : states.length <= 1;
  if (!listed || !unlisted || !states.every((state) => entry.may.includes(state))) {
    client.account.find(
      'loss',
      client.site,
      `${JSON.stringify(entry)} is listed as ${JSON.stringify(states)}`,
    );
  }
}

/** What an answer with a document's content must be, by what may be true of it. An answer of 5xx says nothing. */
export function holdContent(
  { account, site }: Pick<Client, 'account' | 'site'>,
  entry: Entry,
  answer: { status: number; size: number; sha256: string },
): void {
  holdStatus({ account, site }, entry, answer.status);
  if (answer.status !== 200) return;
  if (answer.sha256 === entry.sha256 && answer.size === entry.size) account.count('read back by digest');
  else
    account.find('loss', site, `${JSON.stringify(entry)} was read as ${answer.size} bytes, ${answer.sha256}`);
}

function holdStatus({ account, site }: Pick<Client, 'account' | 'site'>, entry: Entry, status: number): void {
  if (status >= 500) return;
  const expected: number[] = entry.may.map((one) =>
    readable.includes(one) ? 200 : one === 'deleted' ? 410 : 404,
  );
  if (!expected.includes(status))
    account.find('loss', site, `${JSON.stringify(entry)} was answered ${status}`);
}
