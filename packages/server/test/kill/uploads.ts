import { setTimeout as sleep } from 'node:timers/promises';
import type { Way } from '../acceptance/client.ts';
import { oneOf } from '../faults/seeded.ts';
import { bodyOf } from './body.ts';
import type { Client } from './client-work.ts';
import { goOn } from './going-on.ts';
import type { Entry } from './ledger.ts';
import { unlessBroken } from './unless-broken.ts';

export const KiB = 1024;
export const MiB = 1024 * 1024;

const attempts = 4;

/** Sends an upload and keeps what was said of it; with an Idempotency-Key again until there is an answer, on any server. */
export async function send(client: Client, entry: Entry, signal: AbortSignal): Promise<void> {
  const { way } = entry;
  if (way === 'tus' || way === 'direct') return goOn(client, entry, signal);
  for (let attempt = 1; !signal.aborted; attempt++) {
    const answered = await sendOnce(client, { ...entry, way });
    if (answered || entry.idempotencyKey === null || attempt === attempts) return;
    await sleep(100);
  }
}

/** Whether there was an answer that says how it ended. */
async function sendOnce(client: Client, entry: Entry & { readonly way: Way }): Promise<boolean> {
  const { ledger, account, site } = client;
  const { recordId, type, way, size, sha256, idempotencyKey } = entry;
  const api = oneOf(client.random, client.apis);
  const headers = idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey };
  const claims = { recordId, type, filename: `${recordId}.txt`, headers };
  const answer = await unlessBroken(api.upload(way, claims, bodyOf(recordId, size).payload()));
  if (answer === null || isUndecided(answer)) {
    account.count('uploads without an answer');
    return false;
  }
  const { status, body } = answer;
  if (status !== 201) {
    ledger.note(entry, { may: ['absent'] });
    if (!isOfTheCut(body)) account.find('fault', site, `${recordId} was refused: ${JSON.stringify(body)}`);
    return true;
  }
  if (body.sha256 !== sha256 || body.size !== size || body.recordId !== recordId) {
    account.find('loss', site, `sent ${JSON.stringify(entry)}, acknowledged ${JSON.stringify(body)}`);
  }
  const known = ledger.get(recordId);
  if (known?.id && known.id !== body.id) {
    account.find('loss', site, `the Idempotency-Key of ${recordId} made ${known.id} and ${body.id}`);
  }
  ledger.note(entry, { id: body.id, may: ['available'], acknowledged: true });
  account.count('uploads acknowledged');
  if (answer.headers['idempotency-replayed']) account.count('answers replayed');
  return true;
}

/** Refusals that a broken connection or a dead server can lead to. */
function isOfTheCut(body: unknown): boolean {
  const { code = '' } = body as { code?: string };
  return ['state_conflict', 'length_mismatch', 'invalid_form', 'aborted'].includes(code);
}

/** The service could not say how it ends: it may be there, or come to be. */
function isUndecided({ status, body }: { status: number; body: unknown }): boolean {
  return status >= 500 || (body as { code?: string }).code === 'idempotency_in_progress';
}
