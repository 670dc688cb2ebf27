import { Type } from 'typebox';
import { document, id } from '../examples.ts';
import type { Operation, Refinement } from '../operation.ts';
import { Document } from '../schemas.ts';

const recordId: Refinement = {
  description:
    'What the document belongs to. Any characters but control characters. Required with a raw body.',
  example: 'inquiry-1',
  schema: { minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' },
};

/** The order of the members is the order of the parts. */
const UploadForm = Type.Object(
  {
    recordId: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
      description: 'What the document belongs to. Any characters but control characters.',
    }),
    type: Type.String({ description: 'A configured document type.' }),
    metadata: Type.Optional(
      Type.String({
        contentMediaType: 'application/json',
        description: 'One JSON object of at most 8 KiB.',
      }),
    ),
    replaces: Type.Optional(
      Type.String({ format: 'uuid', description: 'The document that this one takes the place of.' }),
    ),
    file: Type.String({
      contentMediaType: 'application/octet-stream',
      description: 'The document, as the last part. Its filename and Content-Type are those of the part.',
    }),
  },
  {
    $id: 'UploadForm',
    additionalProperties: false,
    description:
      'The fields in any order, each at most once, then the file. Field values have at most 16 KiB.',
  },
);

export const uploadDocument: Operation = {
  route: 'POST /v1/documents',
  operationId: 'uploadDocument',
  tag: 'Documents',
  summary: 'Upload a document',
  description: `The file is the **raw body**, and what belongs to it stands in the query; or the request is a **form** (multipart/form-data) whose fields come first and whose file is the last part, and the query is empty. Either way it is streamed into the store, and the answer comes once the document is there to stay.

The content type is what the first 64 KiB of the file say; a claim only chooses among subtypes of one family (a zip that says it is a DOCX). A filename never refuses an upload: it is cleaned and kept.

A refusal comes as soon as it is known, often before the body has been sent; the connection then closes. With \`Expect: 100-continue\` the body is asked for only when the upload may go on.`,
  parameters: {
    recordId,
    type: { description: 'A configured document type. Required with a raw body.', example: 'id' },
    filename: {
      description: 'The name of the file. Goes before that of Content-Disposition. Cleaned, never refused.',
      example: 'passport.jpg',
    },
    metadata: {
      description: 'One JSON object of at most 8 KiB, as `Metadata`.',
      example: '{"case":"42"}',
      schema: { contentMediaType: 'application/json' },
    },
    replaces: {
      description: 'The document of the same record that this one takes the place of.',
      example: '019aa0e1-02c4-7d1e-8f2b-6e1a7b3c5d90',
      schema: { format: 'uuid' },
    },
  },
  headers: {
    'Idempotency-Key': {
      description:
        'Kept for 48 hours, per API key. A repeated upload answers the first one’s document with `Idempotency-Replayed: true` instead of making a second one.',
      example: '7d5f0a0e-inquiry-1-passport',
      schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
    },
    'Content-Digest': {
      description:
        'RFC 9530. Counted when an Idempotency-Key is compared: the same key with another digest is another upload.',
      example: 'sha-256=:0g9v/VI7eKhs0vkW+jSvXRkY1197FCI3x1KtayVCE6s=:',
      schema: { type: 'string' },
    },
    'Content-Disposition': {
      description: "RFC 6266: the filename of a raw body, also as `filename*=UTF-8''…`.",
      example: "attachment; filename*=UTF-8''passport.jpg",
      schema: { type: 'string' },
    },
    Expect: {
      description: '`100-continue`: the body is asked for when the upload may go on (RFC 9110 §10.1.1).',
      example: '100-continue',
      schema: { type: 'string', const: '100-continue' },
    },
  },
  body: {
    required: true,
    description: 'The file itself, or a form with the file as its last part.',
    content: {
      '*/*': {
        schema: Type.Unsafe<string>({
          contentMediaType: 'application/octet-stream',
          description: 'The bytes of the document, in any Content-Type but multipart/form-data.',
        }),
      },
      'multipart/form-data': {
        schema: UploadForm,
        example: { recordId: 'inquiry-1', type: 'id', metadata: '{"case":"42"}', file: '(the bytes)' },
        encoding: {
          recordId: { contentType: 'text/plain' },
          type: { contentType: 'text/plain' },
          metadata: { contentType: 'application/json' },
          replaces: { contentType: 'text/plain' },
          file: { contentType: 'application/octet-stream' },
        },
      },
    },
  },
  answers: {
    201: {
      description: 'The document, which can be read from now on; or, replayed, that of the first upload.',
      headers: { Location: true, ETag: true, 'Idempotency-Replayed': false },
      content: { 'application/json': { schema: Document, example: document } },
    },
  },
  problems: [
    'invalid_form',
    'unknown_document_type',
    'empty_body',
    'too_large',
    'type_refused',
    'idempotency_in_progress',
    'idempotency_mismatch',
    'grant_used_up',
    'state_conflict',
    'store_unavailable',
  ],
  curl: `# raw: the file is the body
curl -sS -T passport.jpg -X POST -H "Authorization: Bearer $STRONGROOM_API_KEY" \\
  "{server}/v1/documents?recordId=inquiry-1&type=id&filename=passport.jpg"

# form: fields first, file last
curl -sS -H "Authorization: Bearer $STRONGROOM_API_KEY" \\
  -F recordId=inquiry-1 -F type=id -F file=@passport.jpg {server}/v1/documents`,
};

/** The id in the path of every call on one document. */
export const idParameter: Record<string, Refinement> = {
  id: {
    description: 'The document. What is no UUID is no document: `document_missing`.',
    example: id,
    schema: { format: 'uuid' },
  },
};
