import { randomBytes } from 'node:crypto';
import type { Document } from '../../src/documents/document.ts';
import { uuidv7 } from '../../src/documents/uuid.ts';
import type { Draft, Happened, Idempotency } from '../../src/records/document-records.ts';
import type { Records } from '../../src/records/records.ts';

/** Drafts, events and documents that the suites on records share. */
const actor = { kind: 'key', id: 'k-1' } as const;

export const minute = 60_000;

/** A record that no other test writes to. */
export function freshRecord(): string {
  return `case-${randomBytes(6).toString('hex')}`;
}

export function draft(given: Partial<Draft> = {}): Draft {
  const id = given.id ?? uuidv7();
  const recordId = given.recordId ?? freshRecord();
  return {
    id,
    recordId,
    type: 'id',
    filename: 'passport.pdf',
    contentType: 'application/pdf',
    storage: {
      store: 's3',
      bucket: 'documents',
      key: `${recordId}/id/${id}.pdf`,
      versionId: null,
      storageClass: null,
    },
    metadata: {},
    replaces: null,
    createdAt: new Date(),
    createdBy: actor,
    state: 'receiving',
    dueIn: minute,
    ...given,
  };
}

export function happened(given: Partial<Happened> = {}): Happened {
  return { action: 'document.received', actor, requestId: 'request-1', at: new Date(), ...given };
}

export function once(given: Partial<Idempotency> = {}): Idempotency {
  const key = randomBytes(8).toString('hex');
  return { scope: 'k-1', key, fingerprint: 'f-1', keptFor: 10 * minute, ...given };
}

export const sha256 = 'ab'.repeat(32);

/** A document in `receiving`. */
export async function receiving(records: Records, given: Partial<Draft> = {}): Promise<Document> {
  return (await records.create(draft(given), happened())).document;
}

/** A document whose bytes have arrived. */
export async function available(records: Records, given: Partial<Draft> = {}, size = 3): Promise<Document> {
  const { id } = await receiving(records, given);
  const changes = { size, sha256, versionId: null, dueIn: null };
  return records.transition(
    id,
    ['receiving'],
    'available',
    changes,
    happened({ action: 'document.available' }),
  );
}

export async function abandoned(records: Records, given: Partial<Draft> = {}): Promise<Document> {
  const { id } = await receiving(records, given);
  const event = happened({ action: 'document.abandoned' });
  return records.transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, event);
}
