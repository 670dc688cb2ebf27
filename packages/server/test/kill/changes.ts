import type { ApiClient } from '../acceptance/client.ts';
import { oneOf } from '../faults/seeded.ts';
import type { Client } from './client-work.ts';
import type { Condition, Entry, Type } from './ledger.ts';
import { unlessBroken } from './unless-broken.ts';

interface Change {
  readonly ask: (api: ApiClient, id: string) => Promise<{ status: number; body: unknown }>;
  /** What may be true afterwards. */
  readonly to: readonly Condition[];
  readonly before?: Entry['before'];
}

/** What a DELETE leads to. What is not kept goes by itself: at once if the store answers, or some time after. */
const removed: Record<Type, readonly Condition[]> = {
  fleeting: ['deleted', 'gone'],
  binned: ['deleted', 'gone'],
  kept: ['deleted'],
};

/** Archives, unarchives, deletes or restores a document of which is known what is true, and keeps what was said. */
export async function changeOne(client: Client, entry: Entry): Promise<void> {
  const change = changeOf(client, entry);
  if (!change || entry.id === null) return;
  const { ledger, account, site } = client;
  ledger.note(entry, { may: [...new Set([...entry.may, ...change.to])], ...before(change) });
  const answer = await unlessBroken(change.ask(oneOf(client.random, client.apis), entry.id));
  if (answer === null || answer.status >= 500) return;
  if (answer.status < 300) {
    account.count('changes acknowledged');
    ledger.note(entry, { may: change.to });
  } else if (entry.may.includes('gone')) {
    // Its time in the trash was over: a restore came too late.
    ledger.note(entry, { may: entry.may });
  } else {
    account.find('loss', site, `${JSON.stringify(entry)} refused: ${JSON.stringify(answer)}`);
  }
}

function changeOf({ random }: Client, { may, type, before }: Entry): Change | null {
  const post = (action: string, to: Condition): Change => ({
    ask: (api, id) => api.send('POST', `/v1/documents/${id}/${action}`),
    to: [to],
  });
  const remove: Change = {
    ask: (api, id) => api.send('DELETE', `/v1/documents/${id}`),
    to: removed[type],
  };
  if (may.includes('deleted') && may.every((one) => removed[type].includes(one))) {
    return type === 'fleeting' ? null : post('restore', before);
  }
  if (may.length > 1) return null;
  if (may[0] === 'available') {
    return oneOf(random, [post('archive', 'archived'), { ...remove, before: 'available' }]);
  }
  if (may[0] === 'archived') {
    return oneOf(random, [post('unarchive', 'available'), { ...remove, before: 'archived' }]);
  }
  return null;
}

function before({ before }: Change): Partial<Pick<Entry, 'before'>> {
  return before ? { before } : {};
}
