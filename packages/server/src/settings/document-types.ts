import type { DocumentType } from '../documents/policy.ts';

const MiB = 2 ** 20;

const papers = [
  'application/pdf',
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/heic',
  'image/tiff',
] as const;

const contracts = [
  ...papers,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.oasis.opendocument.text',
] as const;

const others = [
  ...contracts,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'text/csv',
  'text/plain',
  'message/rfc822',
  'application/zip',
] as const;

/** The document types of a service that configures none. `trashFor` is milliseconds. */
export function defaultDocumentTypes(trashFor: number): DocumentType[] {
  return [
    { id: 'id', label: 'Identity document', accept: papers, maxSize: 100 * MiB, trashFor },
    { id: 'proof_of_address', label: 'Proof of address', accept: papers, maxSize: 100 * MiB, trashFor },
    { id: 'contract', label: 'Contract', accept: contracts, maxSize: null, trashFor },
    { id: 'other', label: 'Other document', accept: others, maxSize: null, trashFor },
  ];
}
