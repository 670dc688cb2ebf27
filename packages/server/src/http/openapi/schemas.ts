import { type Static, type TSchema, Type } from 'typebox';
import { eventActions, type JsonObject, states } from '../../documents/document.ts';
import { actions } from '../../documents/permissions.ts';

/**
 * The shapes of what is answered, as JSON Schema 2020-12. Those with an `$id` become named schemas of openapi.json.
 * The service imports their types alone, so that an answer of another shape does not compile; nothing is serialised by
 * them, which would drop in silence what they do not name.
 */

const time = (description: string) => Type.String({ format: 'date-time', description });

function orNull<T extends TSchema>(schema: T, description: string) {
  const { type } = schema as { type?: string };
  return Type.Unsafe<Static<T> | null>({ ...schema, type: [type, 'null'], description });
}

const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** Closed in TypeScript, open on the wire: later versions may add members. */
const strings = <const T extends readonly string[]>($id: string, values: T, description: string) =>
  Type.Unsafe<T[number]>({ $id, type: 'string', enum: values, description });

const DocumentState = strings(
  'DocumentState',
  states,
  'Where the document stands. What may follow what: `receiving` → `available`, `inspecting`, `abandoned`; `inspecting` → `available`, `quarantined`, `abandoned`; `available` ⇄ `archived`; all of these → `deleted` → the state before, or `purging` → `purged`.',
);

const Actor = Type.Object(
  {
    kind: Type.Unsafe<'key' | 'session' | 'grant' | 'link' | 'chore'>({
      type: 'string',
      enum: ['key', 'session', 'grant', 'link', 'chore'],
      description:
        'An API key, a session of the console, a grant, a signed link, or the service’s own housekeeping.',
    }),
    id: Type.String({
      description:
        'The id of the API key (`environment` for the one in STRONGROOM_API_KEY; of a session: that of its key), of the grant, who made the link, or the chore’s name.',
    }),
  },
  { $id: 'Actor', description: 'Who did it.' },
);

export const Metadata = Type.Unsafe<JsonObject>({
  $id: 'Metadata',
  type: 'object',
  additionalProperties: true,
  description:
    'What the app keeps with the document: one JSON object of at most 8 KiB as UTF-8 and 32 levels, without control characters in names and strings.',
});

const StorageLocation = Type.Object(
  {
    store: Type.Unsafe<'s3' | 'disk'>({ type: 'string', enum: ['s3', 'disk'] }),
    bucket: orNull(Type.String(), 'Null on disk.'),
    key: orNull(
      Type.String(),
      'Relative to the prefix of the store, where one is configured; null while an upload that goes on has not said what it is.',
    ),
    path: orNull(
      Type.String({ format: 'uri' }),
      '`s3://bucket/key`, or a `file:` URL on disk; null as `key` is.',
    ),
    versionId: orNull(Type.String(), 'Of the object, in a bucket that keeps versions.'),
    storageClass: orNull(Type.String(), 'As written; null: the bucket’s own.'),
  },
  { $id: 'StorageLocation', description: 'Where the bytes are.' },
);

export const Document = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'A UUIDv7, which begins with the time.' }),
    recordId: Type.String({ description: 'What the document belongs to.' }),
    type: Type.String({ description: 'The id of its document type.' }),
    filename: Type.String({ description: 'As claimed by the caller, cleaned.' }),
    contentType: Type.String({ description: 'What the bytes were found to be, whatever was claimed.' }),
    size: orNull(Type.Integer({ minimum: 0 }), 'Bytes; null until all have arrived.'),
    sha256: orNull(sha256, 'Lower-case hex; null until all bytes have arrived.'),
    state: DocumentState,
    storage: StorageLocation,
    metadata: Metadata,
    replaces: orNull(
      Type.String({ format: 'uuid' }),
      'The document of the same record that this one takes the place of.',
    ),
    createdAt: time('When its upload began.'),
    createdBy: Actor,
    updatedAt: time('When anything of it last changed.'),
    archivedAt: orNull(Type.String({ format: 'date-time' }), 'Null unless archived.'),
    deletedAt: orNull(
      Type.String({ format: 'date-time' }),
      'When it went into the trash; null if it did not.',
    ),
    purgeAfter: orNull(Type.String({ format: 'date-time' }), 'When it leaves the trash for good.'),
    revision: Type.Integer({ minimum: 1, description: 'Counts every change; the ETag of the document.' }),
  },
  { $id: 'Document', description: 'One immutable body of bytes and what is known of it.' },
);
export type Document = Static<typeof Document>;

export const Event = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    at: time('When it happened.'),
    action: strings('EventAction', eventActions, 'What happened to the document.'),
    actor: Actor,
    requestId: orNull(Type.String(), 'The X-Request-Id of the call; null for housekeeping.'),
    details: Type.Unsafe<JsonObject>({
      type: 'object',
      additionalProperties: true,
      description: 'What there is to say of this action.',
    }),
  },
  { $id: 'Event', description: 'One line of a document’s history. Lines are only ever added.' },
);
export type Event = Static<typeof Event>;

const DocumentType = Type.Object(
  {
    id: Type.String(),
    label: Type.String({ description: 'For people.' }),
    accept: Type.Array(Type.String(), { description: 'Content types that are accepted.' }),
    maxSize: Type.Integer({ minimum: 1, description: 'Bytes that one document may have.' }),
    trashFor: Type.Integer({
      minimum: 0,
      description: 'Seconds that a deleted document can be restored; 0: it is gone at once.',
    }),
  },
  { $id: 'DocumentType', description: 'What may be uploaded under one type.' },
);

function list<T extends TSchema>($id: string, item: T, nextCursor: TSchema, description: string) {
  return Type.Object({ items: Type.Array(item), nextCursor }, { $id, description });
}

const nextPage = orNull(Type.String(), 'Send it as `cursor` for the next page; null on the last.');
export const DocumentList = list('DocumentList', Document, nextPage, 'One page of documents.');
export const EventList = list('EventList', Event, nextPage, 'One page of a history, oldest first.');

const partOf = (description: string) => Type.Integer({ minimum: 1, description });
const offsetAndSize = {
  offset: Type.Integer({ minimum: 0, description: 'Of its first byte in the document.' }),
  size: Type.Integer({ minimum: 1, description: 'Bytes that the PUT must have, no more and no fewer.' }),
};

export const DirectUpload = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'Of the document that it becomes.' }),
    size: Type.Integer({ minimum: 1, description: 'Bytes of the whole.' }),
    partSize: Type.Integer({ minimum: 1, description: 'Bytes of every part but the last.' }),
    partCount: Type.Integer({ minimum: 1, maximum: 10_000 }),
    expiresAt: orNull(
      Type.String({ format: 'date-time' }),
      'When it is given up unless it goes on; null: every byte is there, and only `complete` is left.',
    ),
    parts: Type.Array(
      Type.Object({
        number: partOf('From 1.'),
        ...offsetAndSize,
        url: Type.String({
          format: 'uri',
          description: 'Good for one PUT of exactly these bytes. A secret.',
        }),
      }),
      { description: 'Parts that can be sent now, in any order and side by side.' },
    ),
    urlsExpireAt: orNull(Type.String({ format: 'date-time' }), 'Null where there are none.'),
    received: Type.Array(Type.Object({ number: partOf('From 1.'), size: Type.Integer({ minimum: 1 }) }), {
      description: 'Parts that have arrived whole, as the store lists them.',
    }),
  },
  { $id: 'DirectUpload', description: 'Where a direct upload stands, and what it takes to go on.' },
);
export type DirectUpload = Static<typeof DirectUpload>;
const onePage = Type.Null({ description: 'There is one page.' });
export const DocumentTypeList = list('DocumentTypeList', DocumentType, onePage, 'All document types.');

export const Grant = Type.Object(
  {
    id: Type.String({ description: 'Names it to revoke it, and stands in the history of what it did.' }),
    token: Type.String({
      description: 'Sent as `Authorization: Bearer <token>`. It can’t be asked for again.',
    }),
    expiresAt: time('From then on it answers `grant_expired`.'),
  },
  { $id: 'Grant', description: 'A grant, as it is handed to a browser.' },
);

export const CallerAccess = Type.Object(
  {
    actor: Actor,
    actions: Type.Array(strings('Action', actions, 'What can be allowed.'), {
      description: 'What may be done.',
    }),
    scopes: Type.Unsafe<string[] | null>({
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'Of the API key; null: it has none, and may do everything, or it is no key.',
    }),
    recordId: orNull(Type.String(), 'Only documents of this record are there; null: of any.'),
    recordPrefix: orNull(Type.String(), 'Only documents of records that begin so are there; null: of any.'),
    types: Type.Unsafe<string[] | null>({
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'Only documents of these types are there; null: of any.',
    }),
    maxSize: orNull(Type.Integer({ minimum: 1 }), 'Bytes of one upload; null: what its type allows.'),
    maxFiles: orNull(Type.Integer({ minimum: 1 }), 'Uploads in all; null: any number.'),
    expiresAt: orNull(Type.String({ format: 'date-time' }), 'When it ends; null: no time is set.'),
    transports: Type.Array(
      strings('Transport', ['plain', 'tus', 'direct'] as const, 'A way in for documents.'),
      {
        description:
          'The ways in that this service has: `POST /v1/documents`, `/v1/uploads` (tus 1.0), `/v1/direct-uploads`.',
      },
    ),
  },
  { $id: 'CallerAccess', description: 'What the credentials at hand allow.' },
);
export type CallerAccess = Static<typeof CallerAccess>;

export const Link = Type.Object(
  {
    url: Type.String({ format: 'uri', description: 'Opens the document without credentials.' }),
    expiresAt: time('From then on it answers `link_invalid`.'),
  },
  { $id: 'Link', description: 'A signed link.' },
);

const Environment = Type.Object(
  {
    name: orNull(Type.String(), 'ENVIRONMENT_NAME, such as staging; null: it is not set.'),
    contact: orNull(Type.String(), 'SUPPORT_CONTACT: whom to ask about it; null: it is not set.'),
  },
  { $id: 'Environment', description: 'Which of several deployments this is, and whom to ask.' },
);

const Key = Type.Object(
  {
    id: Type.String({ description: 'The public part of the key, which logs and histories name.' }),
    name: Type.String({ description: 'For people.' }),
    scopes: CallerAccess.properties.scopes,
    recordPrefix: CallerAccess.properties.recordPrefix,
    createdAt: time('When it was made.'),
    revokedAt: orNull(Type.String({ format: 'date-time' }), 'Since when it opens nothing; null: it works.'),
    current: Type.Boolean({ description: 'It is the one that you call with, or that your session acts as.' }),
  },
  { $id: 'Key', description: 'An API key, without its secret.' },
);
export type Key = Static<typeof Key>;
export const KeyList = list('KeyList', Key, onePage, 'The API keys that the caller manages.');

export const MadeKey = Type.Object(
  { ...Key.properties, key: Type.String({ description: 'The key itself, shown this once.' }) },
  { $id: 'MadeKey', description: 'A new API key.' },
);

export const Session = Type.Object(
  {
    actor: Actor,
    actions: CallerAccess.properties.actions,
    scopes: CallerAccess.properties.scopes,
    recordPrefix: CallerAccess.properties.recordPrefix,
    expiresAt: time('When it ends by itself.'),
    csrfToken: Type.String({
      description: 'What its page sends as `Strongroom-CSRF` with every call that changes something.',
    }),
    environment: Environment,
  },
  { $id: 'Session', description: 'A browser that has signed in.' },
);
export type Session = Static<typeof Session>;

export const StorageDescription = Type.Object(
  {
    store: Type.Unsafe<'s3' | 'disk'>({ type: 'string', enum: ['s3', 'disk'] }),
    bucket: orNull(Type.String(), 'Null on disk.'),
    prefix: orNull(Type.String(), 'What all keys in the bucket begin with.'),
    region: orNull(Type.String(), 'Null on disk.'),
    endpoint: orNull(Type.String(), 'Null on disk and for AWS’s own.'),
    acl: orNull(Type.String(), 'The canned ACL of every object; null: none is sent.'),
    encryption: orNull(Type.String(), 'The server-side encryption asked for; null: none is asked for.'),
    storageClass: orNull(Type.String(), 'The storage class asked for; null: the bucket’s own.'),
    folder: orNull(Type.String(), 'Of the objects on disk; null on S3.'),
    credentials: Type.Object(
      {
        set: Type.Boolean(),
        from: Type.String({ description: 'Where they come from, in words.' }),
      },
      { description: 'Whether there are any. Never the credentials.' },
    ),
    environment: Environment,
  },
  { $id: 'StorageDescription', description: 'Which store is in use, as configured.' },
);
export type StorageDescription = Static<typeof StorageDescription>;

export const StorageCheck = Type.Object(
  {
    ok: Type.Boolean({ description: 'Whether everything that is needed works.' }),
    checks: Type.Array(
      Type.Object(
        {
          name: Type.String({ description: 'Of the probe, such as `put` or `public_access`.' }),
          ok: Type.Boolean({ description: 'False where it is needed and does not work.' }),
          result: Type.Unsafe<'works' | 'fails' | 'not_allowed' | 'unknown'>({
            type: 'string',
            enum: ['works', 'fails', 'not_allowed', 'unknown'],
            description:
              '`not_allowed`: the credentials lack the right. `unknown`: it could not be asked, for the reason in `detail`.',
          }),
          needed: Type.Boolean({ description: 'Whether the settings in use need it.' }),
          detail: Type.String({ description: 'What was seen.' }),
          effect: Type.String({ description: 'What the service does about it; empty where nothing.' }),
          remedy: Type.String({ description: 'What to change; empty where there is nothing to change.' }),
        },
        { $id: 'StorageProbe', description: 'One thing that was tried.' },
      ),
    ),
  },
  { $id: 'StorageCheck', description: 'What a trial of the store showed.' },
);
export type StorageCheck = Static<typeof StorageCheck>;

export const Health = Type.Object({ ok: Type.Literal(true) }, { $id: 'Health' });

export const Readiness = Type.Object(
  {
    ok: Type.Boolean({ description: 'Whether calls will be served.' }),
    checks: Type.Object({
      store: Type.Boolean({ description: 'The store answers.' }),
      records: Type.Boolean({ description: 'The database answers.' }),
    }),
  },
  { $id: 'Readiness' },
);
export type Readiness = Static<typeof Readiness>;
