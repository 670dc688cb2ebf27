import { auth, document, id } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { DirectUpload, Document } from '../schemas.ts';
import { idParameter } from './upload.ts';

const MiB = 1024 * 1024;
const url = (number: number) =>
  `https://s3.eu-central-1.amazonaws.com/acme-documents/inquiry-1/contract/${id}.pdf?partNumber=${number}&uploadId=2~Yw8&X-Amz-Expires=3600&X-Amz-SignedHeaders=content-length%3Bhost&X-Amz-Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7`;

const begun: DirectUpload = {
  id,
  size: 40 * MiB,
  partSize: 16 * MiB,
  partCount: 3,
  expiresAt: '2025-11-21T11:07:13.563Z',
  parts: [
    { number: 1, offset: 0, size: 16 * MiB, url: url(1) },
    { number: 2, offset: 16 * MiB, size: 16 * MiB, url: url(2) },
    { number: 3, offset: 32 * MiB, size: 8 * MiB, url: url(3) },
  ],
  urlsExpireAt: '2025-11-20T12:07:13.000Z',
  received: [],
};

const goingOn: DirectUpload = {
  ...begun,
  parts: begun.parts.slice(2),
  received: [
    { number: 1, size: 16 * MiB },
    { number: 2, size: 16 * MiB },
  ],
};

const large: Document = {
  ...document,
  type: 'contract',
  filename: 'contract.pdf',
  contentType: 'application/pdf',
  size: 40 * MiB,
  storage: {
    ...document.storage,
    key: `inquiry-1/contract/${id}.pdf`,
    path: `s3://acme-documents/inquiry-1/contract/${id}.pdf`,
  },
  metadata: {},
};

/** What every call on an upload that was begun may meet. */
const ofOne = ['document_missing', 'upload_ended', 'direct_uploads_unavailable'] as const;

export const directUploads: readonly Operation[] = [
  {
    route: 'POST /v1/direct-uploads',
    operationId: 'beginDirectUpload',
    tag: 'Documents',
    summary: 'Begin an upload straight to the bucket',
    description: `For large files, where the service offers it (\`transports\` of \`GET /v1/caller\` has \`direct\`). Nothing passes through the service: each part goes to the bucket by a PUT to its URL, of exactly the part’s bytes, without further headers. Then \`complete\` makes the document.

Size and type are fixed here. The type is the claimed one, or what the filename’s extension says; the service looks at the bytes once they are there, reads them back for their digest, and nobody reads the document before. What is not what was granted is given up, and its bytes are removed.`,
    headers: {
      'Idempotency-Key': {
        description:
          'Kept for 48 hours, per API key. A repeat answers the upload as it stands, with fresh URLs and `Idempotency-Replayed: true`.',
        example: '7d5f0a0e-inquiry-1-contract',
        schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
      },
    },
    body: {
      description: 'What there is to say of the document.',
      required: true,
      content: {
        'application/json': {
          schema: { validatedAs: 'NewDirectUpload' },
          example: {
            recordId: 'inquiry-1',
            type: 'contract',
            filename: 'contract.pdf',
            contentType: 'application/pdf',
            size: 40 * MiB,
          },
          properties: {
            recordId: {
              description: 'What the document belongs to. Any characters but control characters.',
              example: 'inquiry-1',
              schema: { minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' },
            },
            type: { description: 'A configured document type.', example: 'contract' },
            filename: {
              description: 'The name of the file. Cleaned, never refused.',
              example: 'contract.pdf',
            },
            contentType: {
              description: 'What the bytes are. Default: what the filename’s extension says.',
              example: 'application/pdf',
            },
            size: { description: 'Bytes. One byte more or fewer is refused.', example: 40 * MiB },
            metadata: { description: 'As `Metadata`.', example: { case: '42' } },
            replaces: {
              description: 'The document of the same record that this one takes the place of.',
              example: '019aa0e1-02c4-7d1e-8f2b-6e1a7b3c5d90',
              schema: { format: 'uuid' },
            },
          },
        },
      },
    },
    answers: {
      201: {
        description:
          'The upload, with the URLs of its first 32 parts; or, replayed, the one that was begun before.',
        headers: { Location: true, 'Idempotency-Replayed': false },
        content: { 'application/json': { schema: DirectUpload, example: begun } },
      },
    },
    problems: [
      'unknown_document_type',
      'empty_body',
      'too_large',
      'type_refused',
      'idempotency_in_progress',
      'idempotency_mismatch',
      'grant_used_up',
      'upload_ended',
      'direct_uploads_unavailable',
    ],
    curl: `curl -sS ${auth} -H 'Content-Type: application/json' \\
  -d '{"recordId":"inquiry-1","type":"contract","filename":"contract.pdf","size":41943040}' \\
  {server}/v1/direct-uploads`,
  },
  {
    route: 'POST /v1/direct-uploads/{id}/parts',
    operationId: 'listDirectParts',
    tag: 'Documents',
    summary: 'More parts, or fresh URLs',
    description:
      'What has arrived, as the store lists it, and URLs for the parts that are named; without `numbers`, for the next 32 that have not arrived. This is how an upload goes on after a reload, and after its URLs have expired.',
    parameters: idParameter,
    body: {
      description: 'Which parts; nothing: the next.',
      required: false,
      content: {
        'application/json': {
          schema: { validatedAs: 'WantedParts' },
          example: { numbers: [3] },
          properties: { numbers: { description: 'Of parts, from 1.', example: [3] } },
        },
      },
    },
    answers: {
      200: {
        description: 'Where it stands.',
        content: { 'application/json': { schema: DirectUpload, example: goingOn } },
      },
    },
    problems: [...ofOne, 'upload_taken_over', 'state_conflict'],
    curl: `curl -sS -X POST ${auth} \\
  {server}/v1/direct-uploads/${id}/parts`,
  },
  {
    route: 'POST /v1/direct-uploads/{id}/complete',
    operationId: 'completeDirectUpload',
    tag: 'Documents',
    summary: 'Make the document of its parts',
    description:
      'Once every part is there. The document is `available` when it could be read back within some seconds, else `inspecting` and soon `available`: ask for it again. A repeat gives the same answer, also after a lost one. Where the bytes are not what was granted (`type_refused`, `length_mismatch`), the upload is over.',
    parameters: idParameter,
    answers: {
      200: {
        description: 'The document.',
        headers: { ETag: true },
        content: { 'application/json': { schema: Document, example: large } },
      },
    },
    problems: [
      ...ofOne,
      'invalid_input',
      'upload_incomplete',
      'type_refused',
      'length_mismatch',
      'unknown_document_type',
      'upload_taken_over',
      'state_conflict',
    ],
    curl: `curl -sS -X POST ${auth} \\
  {server}/v1/direct-uploads/${id}/complete`,
  },
  {
    route: 'DELETE /v1/direct-uploads/{id}',
    operationId: 'abandonDirectUpload',
    tag: 'Documents',
    summary: 'Give a direct upload up',
    description:
      'What was sent of it is removed, and its URLs are good for nothing. A repeat gives the same answer.',
    parameters: idParameter,
    answers: { 204: { description: 'It is given up.' } },
    problems: [...ofOne, 'state_conflict', 'invalid_input'],
    curl: `curl -sS -X DELETE ${auth} \\
  {server}/v1/direct-uploads/${id}`,
  },
];
