import { auth } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { StorageCheck, StorageDescription } from '../schemas.ts';

export const storage: readonly Operation[] = [
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
              environment: { name: 'staging', contact: 'ops@example.org' },
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
      'What `strongroom doctor` asks of the store: about twenty probes, for which it writes under `.strongroom/` and removes it again. What goes wrong is no problem document but an answer: `ok` is false, and the check says what to do. It can take seconds; a call that comes while one runs is answered by that one.\n\nWith `settings` it tries those instead of the ones in use, with the credentials that are among them and never with the service’s own. They are logged and kept nowhere; what of them a start would stop at is `invalid_input`. At most four such trials run at once, each for at most a minute.',
    body: {
      description: 'None: the store in use is tried.',
      required: false,
      content: {
        'application/json': {
          schema: { validatedAs: 'StorageTrial' },
          example: {
            settings: {
              S3_BUCKET: 'acme-documents',
              S3_REGION: 'eu-central-1',
              S3_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
              S3_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
            },
          },
          properties: {
            settings: {
              description:
                'As the environment writes them; an empty one counts as not set. `S3_BUCKET`, `S3_ACCESS_KEY_ID` and `S3_SECRET_ACCESS_KEY` are needed.',
              example: { S3_BUCKET: 'acme-documents' },
            },
          },
        },
      },
    },
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
