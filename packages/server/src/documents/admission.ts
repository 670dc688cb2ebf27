import { StrongroomError } from '../errors.ts';
import { assertMetadata, assertRecordId } from '../inspection/names.ts';
import { type Sniffed, sniff } from '../inspection/sniff.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { IncomingBody, NewDocument } from './documents-port.ts';
import { assertMayUpload, type Caller, reaches } from './permissions.ts';
import type { DocumentType, Policy } from './policy.ts';

export interface AdmissionParts {
  readonly records: Pick<DocumentRecords, 'get'>;
  readonly policy: Policy;
}

/** A document that may come, as far as can be told without its bytes. */
export interface Admitted {
  readonly type: DocumentType;
  /** Bytes that it may have. */
  readonly limit: number;
}

/**
 * Whether the caller may bring such a document: all that is asked before a byte is read, on every way in. Raises
 * `not_allowed`, `invalid_input`, `unknown_document_type`, `too_large`, `empty_body`.
 */
export async function admit(
  { records, policy }: AdmissionParts,
  caller: Caller,
  draft: NewDocument,
  announced: Pick<IncomingBody, 'size' | 'atLeast'>,
): Promise<Admitted> {
  assertMayUpload(caller, draft);
  assertRecordId(draft.recordId);
  assertMetadata(draft.metadata);
  const type = policy.type(draft.type);
  const limit = limitFor(policy, caller, type);
  const received = announced.size ?? announced.atLeast ?? 0;
  if (received > limit) throw new StrongroomError('too_large', { limit, received });
  if (announced.size === 0) throw new StrongroomError('empty_body', {});
  await assertReplaceable(records, caller, draft);
  return { type, limit };
}

/** Bytes that one document of this type may have when the caller brings it. */
export function limitFor(policy: Policy, { rights }: Pick<Caller, 'rights'>, type: DocumentType): number {
  return Math.min(policy.limit(type), rights.maxSize ?? Number.POSITIVE_INFINITY);
}

/** What the first bytes say that it is. Raises `type_refused` where its document type does not take that. */
export async function recognized(
  head: Buffer,
  claimed: Pick<NewDocument, 'contentType' | 'filename'>,
  { accept }: DocumentType,
): Promise<Sniffed> {
  const found = await sniff(head, claimed);
  if (!accept.includes(found.contentType))
    throw new StrongroomError('type_refused', { detected: found.contentType, accepted: accept });
  return found;
}

/**
 * Whether the record has such a document, the records say as they write; here is asked whether it is there for a caller
 * that sees some types alone. Raises `invalid_input`, as they do.
 */
async function assertReplaceable(
  records: AdmissionParts['records'],
  { rights }: Caller,
  { replaces }: NewDocument,
): Promise<void> {
  if (replaces === null || rights.types === null) return;
  const document = await records.get(replaces);
  if (document !== null && reaches(rights, document)) return;
  const problem = 'it names no document of the same record';
  throw new StrongroomError('invalid_input', { field: 'replaces', problem });
}
