import { type TProperties, Type } from 'typebox';
import type { ErrorCode, ErrorParameters } from '../../errors.ts';

/** Codes that leave the house under their own name (problems.ts). */
export type OutsideCode = Exclude<ErrorCode, 'object_exists' | 'object_missing' | 'upload_lost' | 'aborted'>;

interface Described<C extends OutsideCode> {
  /** The schemas of its parameters. A test holds them to `example`, which its type holds to errors.ts. */
  readonly parameters: TProperties;
  readonly example: ErrorParameters[C];
}

const none = { parameters: {}, example: {} };
const id = Type.String({ description: 'The document.' });
const anId = '019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11';
const bytes = (description: string) => Type.Integer({ minimum: 0, description });
const problem = Type.String({ description: 'What is wrong, and what to do about it.' });
const texts = (description: string) => Type.Array(Type.String(), { description });

export const problemSchemas: { readonly [C in OutsideCode]: Described<C> } = {
  unauthenticated: none,
  grant_expired: none,
  grant_used_up: {
    parameters: {
      maxFiles: Type.Integer({ minimum: 1, description: 'Uploads that the grant is good for.' }),
    },
    example: { maxFiles: 3 },
  },
  csrf_refused: none,
  link_invalid: none,
  not_allowed: {
    parameters: { action: Type.String({ description: 'What the key does not allow.' }) },
    example: { action: 'delete' },
  },
  route_missing: none,
  method_not_allowed: {
    parameters: { allowed: texts('The methods that the path answers.') },
    example: { allowed: ['GET', 'HEAD', 'POST'] },
  },
  invalid_request: {
    parameters: { problem },
    example: { problem: 'The path holds a broken percent escape. Encode it as RFC 3986 §2.1 says.' },
  },
  document_missing: { parameters: { id }, example: { id: anId } },
  document_deleted: {
    parameters: {
      id,
      purgeAfter: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'date-time',
        description: 'Until then it can be restored; null: no time is set.',
      }),
    },
    example: { id: anId, purgeAfter: '2025-12-20T11:07:13.612Z' },
  },
  not_ready: {
    parameters: { id, state: Type.String({ description: 'Its state.' }) },
    example: { id: anId, state: 'receiving' },
  },
  archived_offline: { parameters: { id }, example: { id: anId } },
  quarantined: { parameters: { id }, example: { id: anId } },
  state_conflict: {
    parameters: {
      id,
      state: Type.String({ description: 'The state that it is in.' }),
      wanted: Type.String({ description: 'The state that it can’t reach from there.' }),
    },
    example: { id: anId, state: 'deleted', wanted: 'archived' },
  },
  revision_required: none,
  revision_conflict: {
    parameters: { id, revision: Type.Integer({ minimum: 1, description: 'What it is at now.' }) },
    example: { id: anId, revision: 3 },
  },
  precondition_failed: {
    parameters: { etag: Type.String({ description: 'What the content has, with its quotes.' }) },
    example: { etag: '"d20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab"' },
  },
  idempotency_in_progress: none,
  idempotency_mismatch: none,
  invalid_input: {
    parameters: { field: Type.String({ description: 'The parameter, header or member.' }), problem },
    example: { field: 'recordId', problem: 'is empty; it takes 1 to 200 characters' },
  },
  unknown_document_type: {
    parameters: {
      documentType: Type.String({ description: 'As it was given.' }),
      known: texts('The ids of those that are configured.'),
    },
    example: { documentType: 'passport', known: ['id', 'proof_of_address', 'contract', 'other'] },
  },
  unknown_parameter: {
    parameters: {
      parameter: Type.String({ description: 'The one that is not known.' }),
      known: texts('Those that the call takes.'),
    },
    example: { parameter: 'record', known: ['recordId', 'type'] },
  },
  invalid_form: {
    parameters: { problem },
    example: { problem: 'Another part follows the file. Send the fields before it and the file last.' },
  },
  length_mismatch: {
    parameters: { declared: bytes('Bytes that were announced.'), received: bytes('Bytes that arrived.') },
    example: { declared: 214113, received: 65536 },
  },
  empty_body: none,
  too_large: {
    parameters: {
      limit: bytes('Bytes that are accepted here.'),
      received: bytes('Bytes that were announced, or had arrived by then.'),
    },
    example: { limit: 104857600, received: 214748364 },
  },
  too_slow: {
    parameters: { minimumRate: Type.Number({ minimum: 0, description: 'Bytes a second, over a minute.' }) },
    example: { minimumRate: 1024 },
  },
  type_refused: {
    parameters: {
      detected: Type.String({ description: 'What the bytes are.' }),
      accepted: texts('The content types that the document type takes.'),
    },
    example: { detected: 'image/gif', accepted: ['application/pdf', 'image/jpeg'] },
  },
  range_unsatisfiable: {
    parameters: { size: bytes('What the document has.') },
    example: { size: 214113 },
  },
  offset_conflict: {
    parameters: { offset: bytes('Bytes of the upload that are stored.') },
    example: { offset: 8_388_608 },
  },
  upload_taken_over: { parameters: { id }, example: { id: anId } },
  upload_ended: { parameters: { id }, example: { id: anId } },
  checksum_mismatch: {
    parameters: { algorithm: Type.String({ description: 'As in Upload-Checksum.' }) },
    example: { algorithm: 'sha1' },
  },
  checksum_unsupported: {
    parameters: {
      algorithm: Type.String({ description: 'As in Upload-Checksum.' }),
      supported: texts('Algorithms that can be checked.'),
    },
    example: { algorithm: 'md4', supported: ['sha1', 'sha256', 'md5'] },
  },
  tus_version_unsupported: {
    parameters: { supported: texts('Versions of tus.') },
    example: { supported: ['1.0.0'] },
  },
  content_type_unsupported: {
    parameters: { accepted: texts('Content types that the call takes.') },
    example: { accepted: ['application/offset+octet-stream'] },
  },
  upload_incomplete: {
    parameters: {
      id,
      missing: Type.Array(Type.Integer({ minimum: 1 }), {
        description: 'Numbers of parts that are missing or have another length; at most a hundred of them.',
      }),
    },
    example: { id: anId, missing: [3, 7] },
  },
  direct_uploads_unavailable: none,
  store_unavailable: none,
  records_unavailable: none,
  busy: none,
  internal: none,
};
