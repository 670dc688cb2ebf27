import { Type } from 'typebox';
import { auth, id, token } from '../examples.ts';
import type { Answer, HeaderParameter, Operation, Refinement } from '../operation.ts';
import { Link } from '../schemas.ts';
import { idParameter } from './upload.ts';

const tag = { type: 'string' };
const bytes = {
  '*/*': {
    schema: Type.Unsafe<string>({
      contentMediaType: 'application/octet-stream',
      description: 'The bytes. Their Content-Type is the document’s; of text it also says UTF-8.',
    }),
  },
};

const conditions: Record<string, HeaderParameter> = {
  'If-Match': {
    description: 'RFC 9110 §13.1.1. When the content is another: 412.',
    example: '"d20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab"',
    schema: tag,
  },
  'If-None-Match': {
    description: 'RFC 9110 §13.1.2. When the content is this one: 304.',
    example: '"d20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab"',
    schema: tag,
  },
  'If-Modified-Since': {
    description: 'An HTTP-date (RFC 9110 §13.1.3); looked at without If-None-Match.',
    example: 'Thu, 20 Nov 2025 11:07:13 GMT',
    schema: tag,
  },
  'If-Unmodified-Since': {
    description: 'An HTTP-date (RFC 9110 §13.1.4); looked at without If-Match.',
    example: 'Thu, 20 Nov 2025 11:07:13 GMT',
    schema: tag,
  },
};

const ranges: Record<string, HeaderParameter> = {
  Range: {
    description:
      'One range of bytes (RFC 9110 §14.2). Several ranges, other units and what can’t be read are ignored: the whole is sent.',
    example: 'bytes=0-1023',
    schema: { type: 'string' },
  },
  'If-Range': {
    description:
      'The ETag of the part that is here already (RFC 9110 §13.1.5): of other content the whole is sent.',
    example: '"d20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab"',
    schema: tag,
  },
};

const cached = { ETag: true, 'Last-Modified': true };
const shown = {
  ...cached,
  'Content-Length': true,
  'Content-Disposition': true,
  'Accept-Ranges': true,
  'Content-Security-Policy': true,
  'Cross-Origin-Resource-Policy': true,
};

const notModified: Answer = { description: 'The content is the one that is named.', headers: cached };
const whole: Answer = { description: 'The whole of it.', headers: shown, content: bytes };
const part: Answer = {
  description: 'The range that was asked for.',
  headers: { ...shown, 'Content-Range': true },
  content: bytes,
};
const head: Answer = { description: 'The headers of a GET without a range.', headers: shown };

const unreadable = [
  'document_missing',
  'document_deleted',
  'not_ready',
  'quarantined',
  'archived_offline',
  'precondition_failed',
  'store_unavailable',
] as const;

const disposition: Record<string, Refinement> = {
  ...idParameter,
  disposition: {
    description:
      'How a browser is to treat it. `inline` is granted to PDF, JPEG, PNG, WebP and plain text only: nothing that could run is ever shown.',
    example: 'inline',
    schema: { default: 'attachment' },
  },
};

const tokenParameter: Record<string, Refinement> = {
  token: { description: 'As in the `url` of a link: it is all that is needed.', example: token },
};

const linkWords =
  'Opens the one document that the link was made for, as inline or attachment as the link says, without credentials. A link dies with its document, and when its time is up.';

export const content: readonly Operation[] = [
  {
    route: 'GET /v1/documents/{id}/content',
    operationId: 'readContent',
    tag: 'Content',
    summary: 'Read the bytes of a document',
    description:
      'Streamed, with single ranges and conditional requests (RFC 9110 §13, §14). The ETag is the SHA-256 of the content, which never changes. Should the store fail in the middle, the connection breaks: compare the length.',
    parameters: disposition,
    headers: { ...ranges, ...conditions },
    answers: { 200: whole, 206: part, 304: notModified },
    problems: [...unreadable, 'range_unsatisfiable', 'invalid_input'],
    curl: `curl -sS -OJ ${auth} \\
  {server}/v1/documents/${id}/content`,
  },
  {
    route: 'HEAD /v1/documents/{id}/content',
    operationId: 'headContent',
    tag: 'Content',
    summary: 'Read the headers of the bytes',
    description:
      'What a GET would answer, without the bytes and without asking the store. Ranges are not looked at.',
    parameters: disposition,
    headers: conditions,
    answers: { 200: head, 304: notModified },
    problems: [...unreadable, 'invalid_input'],
    curl: `curl -sS -I ${auth} \\
  {server}/v1/documents/${id}/content`,
  },
];

export const links: readonly Operation[] = [
  {
    route: 'POST /v1/documents/{id}/links',
    operationId: 'createLink',
    tag: 'Links',
    summary: 'Make a signed link',
    description:
      'A URL for a browser or a mail: it opens this one document without credentials, until it expires or the document can’t be read any more.',
    parameters: idParameter,
    body: {
      required: false,
      description: 'How long, and how it is shown. Without a body the defaults hold.',
      content: {
        'application/json': {
          schema: { validatedAs: 'NewLink' },
          example: { expiresIn: 900, disposition: 'inline' },
          properties: {
            expiresIn: { description: 'Seconds; at most seven days.', example: 900 },
            disposition: {
              description: 'How a browser is to treat it; see `readContent`.',
              example: 'inline',
            },
          },
        },
      },
    },
    answers: {
      201: {
        description: 'The link.',
        content: {
          'application/json': {
            schema: Link,
            example: {
              url: `http://127.0.0.1:8080/l/${token}`,
              expiresAt: '2025-11-20T11:22:13.000Z',
            },
          },
        },
      },
    },
    problems: ['document_missing', 'document_deleted', 'not_ready', 'quarantined', 'archived_offline'],
    curl: `curl -sS ${auth} -H 'Content-Type: application/json' \\
  -d '{"expiresIn":900,"disposition":"inline"}' {server}/v1/documents/${id}/links`,
  },
  {
    route: 'GET /l/{token}',
    operationId: 'openLink',
    tag: 'Links',
    summary: 'Open a signed link',
    description: linkWords,
    key: false,
    parameters: tokenParameter,
    headers: { ...ranges, ...conditions },
    answers: {
      200: whole,
      206: part,
      302: {
        description:
          'The bytes are to be had from the store itself for the next minute (LINK_MODE=redirect).',
        headers: { Location: true },
      },
      304: notModified,
    },
    problems: ['link_invalid', ...unreadable, 'range_unsatisfiable', 'records_unavailable'],
    curl: `curl -sS -OJ "{server}/l/${token}"`,
  },
  {
    route: 'HEAD /l/{token}',
    operationId: 'headLink',
    tag: 'Links',
    summary: 'Read the headers behind a signed link',
    description: 'What a GET would answer, without the bytes. It is never redirected.',
    key: false,
    parameters: tokenParameter,
    headers: conditions,
    answers: { 200: head, 304: notModified },
    problems: ['link_invalid', ...unreadable, 'records_unavailable'],
    curl: `curl -sS -I "{server}/l/${token}"`,
  },
];
