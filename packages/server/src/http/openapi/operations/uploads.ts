import { Type } from 'typebox';
import { auth, document, id } from '../examples.ts';
import type { HeaderParameter, Operation, Refinement } from '../operation.ts';
import { Document } from '../schemas.ts';

const uploadId: Record<string, Refinement> = {
  id: {
    description: 'The upload, which has the id of its document.',
    example: id,
    schema: { format: 'uuid' },
  },
};

const version: Record<string, HeaderParameter> = {
  'Tus-Resumable': {
    description: 'The version of tus. Another one, or none, is answered with 412.',
    example: '1.0.0',
    schema: { type: 'string', const: '1.0.0' },
    required: true,
  },
};

const checksum: Record<string, HeaderParameter> = {
  'Upload-Checksum': {
    description:
      '`sha1`, `sha256` or `md5`, a space, and the digest of this body in base64. When it does not hold, nothing of the body is kept (460).',
    example: 'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=',
    schema: { type: 'string' },
  },
};

const bytes = (description: string): HeaderParameter => ({
  description,
  example: 8_388_608,
  schema: { type: 'integer', minimum: 0 },
});

const body = (description: string, required: boolean) => ({
  required,
  description,
  content: {
    'application/offset+octet-stream': {
      schema: Type.Unsafe<string>({
        contentMediaType: 'application/octet-stream',
        description: 'Bytes of the document.',
      }),
    },
  },
});

const offered = {
  204: {
    description: 'What is offered.',
    headers: {
      'Tus-Version': true,
      'Tus-Extension': true,
      'Tus-Max-Size': true,
      'Tus-Checksum-Algorithm': true,
    },
  },
};

const standing = { 'Upload-Offset': true, 'Upload-Expires': false };

/** What bytes on their way can meet. */
const ofBytes = [
  'content_type_unsupported',
  'checksum_unsupported',
  'checksum_mismatch',
  'unknown_document_type',
  'empty_body',
  'too_large',
  'type_refused',
  'upload_taken_over',
  'upload_ended',
  'tus_version_unsupported',
] as const;

export const uploads: readonly Operation[] = [
  {
    route: 'OPTIONS /v1/uploads',
    operationId: 'describeUploads',
    tag: 'Uploads',
    summary: 'Ask what of tus is offered',
    description: 'Without credentials. Which version and extensions of tus, and the largest document.',
    key: false,
    by: 'tus',
    answers: offered,
    problems: ['invalid_input'],
    curl: 'curl -sS -i -X OPTIONS {server}/v1/uploads',
  },
  {
    route: 'POST /v1/uploads',
    operationId: 'beginUpload',
    tag: 'Uploads',
    summary: 'Begin a resumable upload',
    description: `For large documents and bad networks: [tus 1.0](https://tus.io/protocols/resumable-upload), so any client of tus will do. An upload that breaks off goes on where it stopped, after a restart of either side too.

What belongs to the document stands in **Upload-Metadata**. Bytes may come along; when they are the whole document, it is there with this one request. Which document types take what, and every limit, are as for \`uploadDocument\`.`,
    by: 'tus',
    headers: {
      ...version,
      'Upload-Metadata': {
        description:
          'Pairs with commas between: a key, a space and a value in base64. `recordId`, `type` (or `documentType`), and optionally `filename`, `filetype` (its Content-Type), `metadata` (one JSON object of at most 8 KiB) and `replaces`. Other keys mean nothing.',
        example: 'recordId aW5xdWlyeS0x,type aWQ=,filename cGFzc3BvcnQuanBn',
        schema: { type: 'string' },
        required: true,
      },
      'Upload-Length': bytes('Bytes of the whole document. Either it or Upload-Defer-Length is there.'),
      'Upload-Defer-Length': {
        description: 'It is not known yet how many bytes there will be; a later PATCH says it.',
        example: '1',
        schema: { type: 'string', const: '1' },
      },
      ...checksum,
      'Idempotency-Key': {
        description:
          'Kept for 48 hours, per API key. A repeat answers the upload that it began before, with `Idempotency-Replayed: true`.',
        example: '7d5f0a0e-inquiry-1-passport',
        schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
      },
    },
    body: body('The first bytes, or all of them.', false),
    answers: {
      201: {
        description: 'The upload; its document is there if all of it came along.',
        headers: { Location: true, ...standing, 'Idempotency-Replayed': false },
      },
    },
    problems: [
      ...ofBytes,
      'idempotency_in_progress',
      'idempotency_mismatch',
      'grant_used_up',
      'state_conflict',
      'store_unavailable',
    ],
    curl: `curl -sS -i -X POST ${auth} -H 'Tus-Resumable: 1.0.0' -H "Upload-Length: $(stat -c %s passport.jpg)" \\
  -H "Upload-Metadata: recordId $(printf inquiry-1 | base64),type $(printf id | base64),filename $(printf passport.jpg | base64)" \\
  {server}/v1/uploads`,
  },
  {
    route: 'HEAD /v1/uploads/{id}',
    operationId: 'headUpload',
    tag: 'Uploads',
    summary: 'Ask where an upload stands',
    description:
      'How many bytes are stored: go on from there. Whoever asks takes the upload over: a request that is still at it is ended. Of an upload whose document is there, the offset is its length.',
    by: 'tus',
    parameters: uploadId,
    headers: version,
    answers: {
      200: {
        description: 'Where it stands.',
        headers: {
          ...standing,
          'Upload-Length': false,
          'Upload-Defer-Length': false,
          'Upload-Metadata': false,
        },
      },
    },
    problems: ['document_missing', 'upload_ended', 'tus_version_unsupported'],
    curl: `curl -sS -I ${auth} -H 'Tus-Resumable: 1.0.0' \\
  {server}/v1/uploads/${id}`,
  },
  {
    route: 'GET /v1/uploads/{id}',
    operationId: 'getUploadedDocument',
    tag: 'Uploads',
    summary: 'Get the document of an upload',
    description:
      'The document that comes, or has come, for who may upload and not read: in `receiving` until all of its bytes are there, `inspecting` while they are read back. No call of tus; nothing is taken over.',
    by: 'tus',
    parameters: uploadId,
    answers: {
      200: {
        description: 'The document.',
        headers: { ETag: true },
        content: { 'application/json': { schema: Document, example: document } },
      },
    },
    problems: ['document_missing', 'upload_ended'],
    curl: `curl -sS ${auth} \\
  {server}/v1/uploads/${id}`,
  },
  {
    route: 'PATCH /v1/uploads/{id}',
    operationId: 'continueUpload',
    tag: 'Uploads',
    summary: 'Send more bytes of an upload',
    description: `Bytes that follow those that are stored. All that arrives is kept, also when the request breaks off, unless a checksum says what it must be. With the last byte the document is there: \`available\`, or \`inspecting\` while the service reads it back, where it has not seen every byte in order itself.

Two requests for one upload never mix: the later one takes over, the earlier one is answered with 423. A wrong offset is refused with 409 and takes nothing over.`,
    by: 'tus',
    parameters: uploadId,
    headers: {
      ...version,
      'Upload-Offset': { ...bytes('Bytes that are stored, as HEAD tells them.'), required: true },
      'Upload-Length': bytes('Bytes of the whole, where they were not said before.'),
      ...checksum,
    },
    body: body('The next bytes.', true),
    answers: { 204: { description: 'They are stored.', headers: standing } },
    problems: [...ofBytes, 'document_missing', 'offset_conflict'],
    curl: `curl -sS -i -X PATCH ${auth} -H 'Tus-Resumable: 1.0.0' -H 'Upload-Offset: 0' \\
  -H 'Content-Type: application/offset+octet-stream' --data-binary @passport.jpg \\
  {server}/v1/uploads/${id}`,
  },
  {
    route: 'DELETE /v1/uploads/{id}',
    operationId: 'endUpload',
    tag: 'Uploads',
    summary: 'Give an upload up',
    description:
      'Its bytes go, and what asks for it later is answered with 410. One whose document is there already is no upload any more: delete the document.',
    by: 'tus',
    parameters: uploadId,
    headers: version,
    answers: { 204: { description: 'It is given up.' } },
    problems: [
      'document_missing',
      'upload_ended',
      'state_conflict',
      'invalid_input',
      'tus_version_unsupported',
    ],
    curl: `curl -sS -X DELETE ${auth} -H 'Tus-Resumable: 1.0.0' \\
  {server}/v1/uploads/${id}`,
  },
];
