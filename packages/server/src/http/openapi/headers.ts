/** Every header of an answer, by its name: schema, meaning, example. They become components of openapi.json. */
export interface AnswerHeader {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example: unknown;
}

const text = { type: 'string' };

export const answerHeaders: Readonly<Record<string, AnswerHeader>> = {
  'X-Request-Id': {
    description:
      'The one that was sent (1 to 128 visible ASCII characters), or a new one. It also stands in the log and in the document’s history.',
    schema: { type: 'string', pattern: '^[!-~]{1,128}$' },
    example: '5f0c6b1e-6f0e-4d0c-9f6e-2a1b7c9d4e35',
  },
  'Cache-Control': {
    description:
      '`no-store`, but for content, which a browser may keep if it asks each time, and these pages.',
    schema: text,
    example: 'no-store',
  },
  'X-Content-Type-Options': {
    description: 'Nothing is to be taken for anything else than its Content-Type says.',
    schema: { type: 'string', const: 'nosniff' },
    example: 'nosniff',
  },
  ETag: {
    description:
      'A strong entity tag (RFC 9110 §8.8.3): of a document its `revision`, of content its SHA-256, in quotes.',
    schema: { type: 'string', pattern: '^"[^"]+"$' },
    example: '"2"',
  },
  Location: {
    description:
      'Where to look further (RFC 9110 §10.2.2): the new document, the new upload (relative to where it was made), or the bytes in the store.',
    schema: { type: 'string', format: 'uri-reference' },
    example: 'http://127.0.0.1:8080/v1/documents/019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11',
  },
  'Idempotency-Replayed': {
    description: 'There when the document is that of an earlier upload with the same Idempotency-Key.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  'Retry-After': {
    description: 'Seconds after which the same call may succeed (RFC 9110 §10.2.3).',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 9110 §11.6.1, RFC 6750 §3).',
    schema: { type: 'string', const: 'Bearer' },
    example: 'Bearer',
  },
  'Set-Cookie': {
    description: 'The session’s cookie, or its end (RFC 6265 §4.1).',
    schema: { type: 'string', pattern: '^(__Host-)?strongroom_session=' },
    example: 'strongroom_session=ss_…; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict',
  },
  Allow: {
    description: 'The methods that the path answers (RFC 9110 §10.2.1).',
    schema: text,
    example: 'GET, HEAD, POST',
  },
  'Content-Length': {
    description: 'Bytes of the body that a GET has.',
    schema: { type: 'integer', minimum: 0 },
    example: 214113,
  },
  'Content-Range': {
    description: 'Which bytes these are, of how many (RFC 9110 §14.4).',
    schema: { type: 'string', pattern: '^bytes (\\d+-\\d+|\\*)/\\d+$' },
    example: 'bytes 0-1023/214113',
  },
  'Accept-Ranges': {
    description: 'Ranges of bytes may be asked for.',
    schema: { type: 'string', const: 'bytes' },
    example: 'bytes',
  },
  'Last-Modified': {
    description: 'When the upload of the content began, an HTTP-date (RFC 9110 §5.6.7).',
    schema: text,
    example: 'Thu, 20 Nov 2025 11:07:13 GMT',
  },
  'Content-Disposition': {
    description:
      'RFC 6266, with the filename. `inline` only where it was asked for and the content is PDF, JPEG, PNG, WebP or plain text.',
    schema: text,
    example: 'attachment; filename="passport.jpg"',
  },
  'Tus-Resumable': {
    description: 'The version of tus that is spoken.',
    schema: { type: 'string', const: '1.0.0' },
    example: '1.0.0',
  },
  'Tus-Version': {
    description: 'The versions of tus that are understood.',
    schema: { type: 'string', const: '1.0.0' },
    example: '1.0.0',
  },
  'Tus-Extension': {
    description: 'What is offered beside the core of tus.',
    schema: text,
    example: 'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum',
  },
  'Tus-Max-Size': {
    description: 'Bytes of the largest document; its type may allow less.',
    schema: { type: 'integer', minimum: 1 },
    example: 5_368_709_120,
  },
  'Tus-Checksum-Algorithm': {
    description: 'What Upload-Checksum may name.',
    schema: text,
    example: 'sha1,sha256,md5',
  },
  'Upload-Offset': {
    description: 'Bytes of the upload that are stored.',
    schema: { type: 'integer', minimum: 0 },
    example: 8_388_608,
  },
  'Upload-Length': {
    description: 'Bytes of the whole.',
    schema: { type: 'integer', minimum: 0 },
    example: 20_971_520,
  },
  'Upload-Defer-Length': {
    description: 'There as long as nobody has said how many bytes there will be.',
    schema: { type: 'string', const: '1' },
    example: '1',
  },
  'Upload-Metadata': {
    description: 'As it was sent when the upload began; not there once the document is.',
    schema: text,
    example: 'recordId aW5xdWlyeS0x,type aWQ=,filename cGFzc3BvcnQuanBn',
  },
  'Upload-Expires': {
    description:
      'When the upload is given up unless it goes on, an HTTP-date (RFC 9110 §5.6.7); not there once the document is.',
    schema: text,
    example: 'Fri, 21 Nov 2025 11:07:13 GMT',
  },
  'Content-Security-Policy': {
    description: 'Nothing in the answer may load or run anything.',
    schema: text,
    example: "sandbox; default-src 'none'",
  },
  'Cross-Origin-Resource-Policy': {
    description: 'Whether pages of other origins may show the content: by a signed link they may.',
    schema: { type: 'string', enum: ['same-origin', 'cross-origin'] },
    example: 'same-origin',
  },
};

/** What every answer of a protocol carries besides. */
export const ofProtocol = { tus: ['Tus-Resumable'] } as const;

/** What every answer carries. */
export const always = ['X-Request-Id', 'Cache-Control', 'X-Content-Type-Options'] as const;
