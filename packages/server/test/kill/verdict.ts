import type { ApiClient, ApiDocument } from '../acceptance/client.ts';
import type { Account } from './account.ts';
import type { Condition, Entry, Ledger } from './ledger.ts';
import { holdContent } from './reads.ts';

/** So many are held to the ledger side by side. */
const together = 8;

/** Who holds what a site's servers say to the ledger. Every server is ready, and nothing is under way. */
export interface Judge {
  readonly site: string;
  readonly apis: readonly ApiClient[];
  readonly ledger: Ledger;
  readonly account: Account;
}

/**
 * Holds these uploads to what the service now says of them, by digest where they can be read. What was unknown becomes
 * known: from here on it must stay so.
 */
export async function hold(judge: Judge, entries: readonly Entry[]): Promise<void> {
  const left = entries.entries();
  const next = async () => {
    for (const [at, entry] of left) {
      const api = judge.apis[at % judge.apis.length];
      if (api) await holdOne(judge, api, entry);
    }
  };
  await Promise.all(Array.from({ length: together }, next));
}

async function holdOne(judge: Judge, api: ApiClient, entry: Entry): Promise<void> {
  if (entry.may.includes('absent')) await holdUpload(judge, api, entry);
  else if (entry.id !== null) await holdState(judge, api, entry, entry.id);
  const known = judge.ledger.get(entry.recordId) ?? entry;
  if (known.id === null) return;
  const content = await api.content(known.id);
  holdContent(judge, known, content);
  // Nobody disturbs the service now.
  if (content.status >= 500) {
    judge.account.find('loss', judge.site, `${JSON.stringify(known)} was answered ${content.status}`);
  }
}

/** Brings back what is kept in the trash, whose bytes can't be read there, and holds it by its digest too. */
export async function holdTrash(judge: Judge, entries: readonly Entry[]): Promise<void> {
  const [api] = judge.apis;
  const binned = entries.filter(({ may, type }) => type === 'kept' && may.every((one) => one === 'deleted'));
  for (const entry of binned) await restore(judge, api, entry);
  await hold(
    judge,
    binned.flatMap(({ recordId }) => judge.ledger.get(recordId) ?? []),
  );
}

async function restore(
  { ledger, account, site }: Judge,
  api: ApiClient | undefined,
  entry: Entry,
): Promise<void> {
  ledger.note(entry, { may: ['deleted', entry.before] });
  const answer = await api?.send('POST', `/v1/documents/${entry.id}/restore`);
  if (answer?.status === 200) ledger.note(entry, { may: [entry.before] });
  else account.find('loss', site, `${JSON.stringify(entry)} was not restored: ${JSON.stringify(answer)}`);
}

/** An upload that was not acknowledged: whole and once, or not there. */
async function holdUpload({ ledger, account, site }: Judge, api: ApiClient, entry: Entry): Promise<void> {
  const query = new URLSearchParams({ recordId: entry.recordId, state: 'all' });
  const { status, body } = await api.send<{ items: ApiDocument[] }>('GET', `/v1/documents?${query}`);
  if (status !== 200) {
    account.find('loss', site, `${entry.recordId} could not be listed: ${JSON.stringify(body)}`);
    return;
  }
  const there = body.items.filter(({ state }) => conditionOf(state) === 'available');
  if (there.length > 1) {
    account.find('loss', site, `${JSON.stringify(entry)} is there as ${there.map(({ id }) => id)}`);
  }
  const [found] = there;
  if (found && !entry.may.includes('available')) {
    account.find(
      'leftover',
      site,
      `${JSON.stringify(entry)} was refused, or was not there, and is there as ${found.id}`,
    );
  }
  if (found) return void ledger.note(entry, { id: found.id, may: ['available'] });
  const isPending = body.items.some(({ state }) => state === 'inspecting');
  if (entry.acknowledged && !isPending)
    account.find('loss', site, `${JSON.stringify(entry)} is there as ${JSON.stringify(body.items)}`);
  // Only its Idempotency-Key could still bring it, or whoever goes on with it.
  if (entry.may.length > 1 && entry.idempotencyKey === null && entry.upload === null && !isPending)
    ledger.note(entry, { may: ['absent'] });
}

async function holdState(judge: Judge, api: ApiClient, entry: Entry, id: string): Promise<void> {
  const { ledger, account, site } = judge;
  const { status, body } = await api.send('GET', `/v1/documents/${id}`);
  const found = status === 404 ? 'gone' : status === 200 ? conditionOf(body.state) : null;
  if (found === null || !entry.may.includes(found)) {
    account.find('loss', site, `${JSON.stringify(entry)} is ${status} ${JSON.stringify(body)}`);
    return;
  }
  // What is not kept in the trash goes by itself.
  const may: Condition[] = found === 'deleted' && entry.type !== 'kept' ? ['deleted', 'gone'] : [found];
  if (may.length !== entry.may.length) ledger.note(entry, { may });
}

function conditionOf(state: string): Condition {
  if (state === 'receiving') return 'absent';
  return ['available', 'archived', 'deleted'].includes(state) ? (state as Condition) : 'gone';
}
