import type { ErrorCode } from '../../../errors.ts';
import type { Operation } from '../operation.ts';
import { Session } from '../schemas.ts';

const example = {
  actor: { kind: 'session', id: '2903c5dbcc2b' },
  actions: ['list', 'read', 'link'],
  scopes: ['documents:read'],
  recordPrefix: null,
  expiresAt: '2025-11-20T23:07:13.000Z',
  csrfToken: 'p0Bq0kq0VbC6Yw3mY3m2q1nB0c9d4eAAsYdN2b3xQe8',
  environment: { name: 'staging', contact: 'ops@example.org' },
} as const;

const away: readonly ErrorCode[] = ['records_unavailable', 'store_unavailable', 'busy'];

export const session: readonly Operation[] = [
  {
    route: 'POST /v1/session',
    operationId: 'signIn',
    tag: 'Access',
    summary: 'Sign a browser in',
    description:
      'By an API key, or by a code that works once: the one of a first start, or one of `strongroom keys code`. The answer sets a cookie that no script can read and no other site’s page sends; it lives for 12 hours and acts as the API key, whose rights it has and with which it ends. Over TLS, by `PUBLIC_URL`, its name is `__Host-strongroom_session`, else `strongroom_session`.\n\nA call with the cookie that changes anything has to send `csrfToken` as `Strongroom-CSRF`. Beside a bearer token the cookie does not count. No page of another origin can sign a browser in.',
    key: false,
    body: {
      description: 'Either of the two.',
      required: true,
      content: {
        'application/json': {
          schema: { validatedAs: 'SignIn' },
          example: { code: '7KQ2M-X4R9D-0HTBW' },
          properties: {
            key: { description: 'An API key.', example: 'sr_2903c5dbcc2b_…' },
            code: {
              description: 'A one-time code; case, hyphens and spaces make no difference.',
              example: '7KQ2M-X4R9D-0HTBW',
            },
          },
        },
      },
    },
    answers: {
      201: {
        description: 'Signed in.',
        headers: { 'Set-Cookie': true },
        content: { 'application/json': { schema: Session, example } },
      },
    },
    problems: ['unauthenticated', 'csrf_refused', ...away],
    curl: `curl -sS -c cookies -H 'Content-Type: application/json' \\
  -d "{\\"key\\": \\"$STRONGROOM_API_KEY\\"}" {server}/v1/session`,
  },
  {
    route: 'GET /v1/session',
    operationId: 'describeSession',
    tag: 'Access',
    summary: 'Who has signed in',
    description:
      'For the cookie of a session alone; `GET /v1/caller` tells as much of an API key. A page asks it for its `csrfToken` when it is loaded.',
    key: 'session',
    answers: {
      200: {
        description: 'The session.',
        content: { 'application/json': { schema: Session, example } },
      },
    },
    problems: ['unauthenticated', 'csrf_refused', ...away],
    curl: 'curl -sS -b cookies {server}/v1/session',
  },
  {
    route: 'DELETE /v1/session',
    operationId: 'signOut',
    tag: 'Access',
    summary: 'Sign out',
    description:
      'Ends the session on every server within five seconds and takes the cookie away. Where none is open there is nothing to end, which is success.',
    key: false,
    headers: {
      'Strongroom-CSRF': {
        description: 'The `csrfToken` of the session; needed where one is open.',
        example: example.csrfToken,
        schema: { type: 'string' },
      },
    },
    answers: {
      204: { description: 'Signed out.', headers: { 'Set-Cookie': true } },
    },
    problems: ['csrf_refused', 'invalid_input', ...away],
    curl: 'curl -sS -b cookies -X DELETE -H "Strongroom-CSRF: $CSRF_TOKEN" {server}/v1/session',
  },
];
