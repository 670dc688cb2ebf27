import { Type } from 'typebox';
import type { Operation } from '../operation.ts';
import { DocumentTypeList, Health, Readiness, StorageCheck, StorageDescription } from '../schemas.ts';

const auth = '-H "Authorization: Bearer $STRONGROOM_API_KEY"';

export const configuration: readonly Operation[] = [
  {
    route: 'GET /v1/document-types',
    operationId: 'listDocumentTypes',
    tag: 'Configuration',
    summary: 'What may be uploaded',
    description: 'Every configured document type with its limit and the content types it takes, for forms.',
    answers: {
      200: {
        description: 'All of them.',
        content: {
          'application/json': {
            schema: DocumentTypeList,
            example: {
              items: [
                {
                  id: 'id',
                  label: 'Identity document',
                  accept: ['application/pdf', 'image/jpeg', 'image/png'],
                  maxSize: 104857600,
                },
              ],
              nextCursor: null,
            },
          },
        },
      },
    },
    problems: [],
    curl: `curl -sS ${auth} \\
  {server}/v1/document-types`,
  },
  {
    route: 'GET /v1/storage',
    operationId: 'describeStorage',
    tag: 'Configuration',
    summary: 'Which store is in use',
    description: 'As configured. Never a secret: of credentials only whether there are any, and where from.',
    answers: {
      200: {
        description: 'The store.',
        content: {
          'application/json': {
            schema: StorageDescription,
            example: {
              store: 's3',
              bucket: 'acme-documents',
              prefix: null,
              region: 'eu-central-1',
              endpoint: null,
              acl: null,
              encryption: null,
              storageClass: null,
              folder: null,
              credentials: { set: true, from: 'S3_ACCESS_KEY_ID' },
            },
          },
        },
      },
    },
    problems: [],
    curl: `curl -sS ${auth} \\
  {server}/v1/storage`,
  },
  {
    route: 'POST /v1/storage/check',
    operationId: 'checkStorage',
    tag: 'Configuration',
    summary: 'Try the store for real',
    description:
      'What `strongroom doctor` asks of the store: about twenty probes, for which it writes under `.strongroom/` and removes it again. What goes wrong is no problem document but an answer: `ok` is false, and the check says what to do. It can take seconds; a call that comes while one runs is answered by that one. It takes no body.',
    answers: {
      200: {
        description: 'What was tried, and what came of it.',
        content: {
          'application/json': {
            schema: StorageCheck,
            example: {
              ok: false,
              checks: [
                {
                  name: 'put',
                  ok: true,
                  result: 'works',
                  needed: true,
                  detail: 'an object of 62 bytes was stored',
                  effect: '',
                  remedy: '',
                },
                {
                  name: 'delete',
                  ok: false,
                  result: 'not_allowed',
                  needed: true,
                  detail: 'DeleteObject is answered AccessDenied (HTTP 403)',
                  effect:
                    'purges are tried again from every 5 minutes to every hour; their bytes stay until it works',
                  remedy:
                    'Allow s3:DeleteObject, s3:ListBucketMultipartUploads and s3:AbortMultipartUpload (with versioning also s3:ListBucketVersions and s3:DeleteObjectVersion).',
                },
              ],
            },
          },
        },
      },
    },
    problems: ['invalid_input', 'store_unavailable'],
    curl: `curl -sS -X POST ${auth} \\
  {server}/v1/storage/check`,
  },
];

const notReady = { ok: false, checks: { store: false, records: true } };

const ifNoneMatch = {
  description: 'RFC 9110 §13.1.2. When it is still the same: 304.',
  example: '"Yk3sJm0Y3m2q1nB0c9d4eA"',
  schema: { type: 'string' },
};

export const operating: readonly Operation[] = [
  {
    route: 'GET /healthz',
    operationId: 'health',
    tag: 'Operating',
    summary: 'Whether the process lives',
    description: 'It answers as soon as it listens, whatever store and database do. For a liveness probe.',
    key: false,
    answers: {
      200: {
        description: 'It lives.',
        content: { 'application/json': { schema: Health, example: { ok: true } } },
      },
    },
    problems: [],
    curl: 'curl -sS {server}/healthz',
  },
  {
    route: 'GET /readyz',
    operationId: 'readiness',
    tag: 'Operating',
    summary: 'Whether calls will be served',
    description: 'Asks store and database, at most twice a second. For a readiness probe.',
    key: false,
    answers: {
      200: {
        description: 'Both answer.',
        content: {
          'application/json': {
            schema: Readiness,
            example: { ok: true, checks: { store: true, records: true } },
          },
        },
      },
      503: {
        description: 'One of them does not answer, or the service is starting or stopping.',
        headers: { 'Retry-After': true },
        content: { 'application/json': { schema: Readiness, example: notReady } },
      },
    },
    problems: [],
    curl: 'curl -sS {server}/readyz',
  },
  {
    route: 'GET /openapi.json',
    operationId: 'openapi',
    tag: 'Operating',
    summary: 'This description, as OpenAPI 3.1',
    description: 'With the address of this service as its server.',
    key: false,
    headers: { 'If-None-Match': ifNoneMatch },
    answers: {
      200: {
        description: 'An OpenAPI document.',
        headers: { ETag: true },
        content: {
          'application/json': {
            schema: Type.Object(
              { openapi: Type.String({ pattern: '^3\\.1\\.' }) },
              { additionalProperties: true },
            ),
            example: { openapi: '3.1.1', info: { title: 'Strongroom', version: '1' }, paths: {} },
          },
        },
      },
      304: { description: 'It is the one that is named.', headers: { ETag: true } },
    },
    problems: [],
    curl: 'curl -sS {server}/openapi.json',
  },
  {
    route: 'GET /docs',
    operationId: 'docs',
    tag: 'Operating',
    summary: 'This description, for people',
    description: 'One page without scripts and without anything from elsewhere.',
    key: false,
    headers: { 'If-None-Match': ifNoneMatch },
    answers: {
      200: {
        description: 'A page.',
        headers: { ETag: true, 'Content-Security-Policy': true },
        content: { 'text/html': { schema: Type.String() } },
      },
      304: { description: 'It is the one that is named.', headers: { ETag: true } },
    },
    problems: [],
    curl: 'curl -sS {server}/docs',
  },
  {
    route: 'GET /metrics',
    operationId: 'metrics',
    tag: 'Operating',
    summary: 'Metrics for Prometheus',
    description:
      'Text format 0.0.4; docs/operating.md has every metric. It wants a key unless `METRICS_PUBLIC` is set. `STRONGROOM_API_KEY` opens it also while the database is away.',
    answers: {
      200: {
        description: 'What was counted since the process began, and how things stand now.',
        content: {
          'text/plain': {
            schema: Type.String(),
            example: 'strongroom_ready{part="store"} 1\nstrongroom_uploads_running 3\n',
          },
        },
      },
    },
    problems: [],
    curl: `curl -sS ${auth} \\
  {server}/metrics`,
  },
];
