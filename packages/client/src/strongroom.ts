import { defaultPlaces } from '#platform';
import type {
  CallerAccess,
  Document,
  DocumentState,
  DocumentType,
  Event,
  Grant,
  Key,
  Link,
  NewKey,
  Session,
  Storage,
  StorageCheck,
} from './answers.ts';
import { type Call, Connection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { Uploadable } from './file-source.ts';
import type {
  DocumentChanges,
  ListDocumentsQuery,
  NewGrant,
  NewLink,
  ReadContentQuery,
} from './generated.ts';
import { type Page, type Pages, pages } from './pages.ts';
import type { UnfinishedUpload } from './places/upload-places.ts';
import type { RunningUpload } from './running-upload.ts';
import { Choice } from './transports/choice.ts';
import { startUpload, type Uploads } from './upload.ts';
import type { UploadOptions } from './upload-options.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

type Query = Omit<ListDocumentsQuery, 'state' | 'createdAfter' | 'createdBefore'>;

export interface Filter extends Query {
  /** One or several, or `all`. Default: inspecting, available, archived, quarantined. */
  readonly state?: DocumentState | 'all' | readonly DocumentState[] | (string & {}) | undefined;
  /** Not itself included. Goes with a sort by `createdAt`. */
  readonly createdAfter?: string | Date | undefined;
  readonly createdBefore?: string | Date | undefined;
}

export interface ContentOptions extends CallOptions, ReadContentQuery {
  /** As in HTTP's Range: `bytes=0-1023`. */
  readonly range?: string | undefined;
}

export interface LinkOptions extends CallOptions, NewLink {}

export interface GrantOptions extends Omit<NewGrant, 'actions' | 'types'> {
  readonly actions: readonly NewGrant['actions'][number][];
  /** Only documents of these types are there for it. Default: all. */
  readonly types?: readonly string[] | undefined;
}

export interface KeyOptions {
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
  readonly recordPrefix?: string | undefined;
}

/** One Strongroom service, as one caller. Every method raises StrongroomError. */
export class Strongroom {
  readonly #connection: Connection;
  readonly #uploads: Uploads;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
    const { places } = options;
    this.#uploads = {
      connection: this.#connection,
      choice: new Choice(this.#connection),
      places: places === undefined ? defaultPlaces : async () => places,
    };
  }

  /** Where the service is, without a slash at its end. */
  get url(): string {
    return this.#connection.url;
  }

  async upload(file: Uploadable, options: UploadOptions): Promise<Document> {
    return this.startUpload(file, options).done;
  }

  /** As `upload`, in hand: to be paused, resumed, cancelled. */
  startUpload(file: Uploadable, options: UploadOptions): RunningUpload {
    return startUpload(this.#uploads, file, options);
  }

  /** Uploads to this service that stopped and are kept: each goes on when the same file is uploaded again as it was. */
  async unfinishedUploads(): Promise<UnfinishedUpload[]> {
    const places = await this.#uploads.places();
    if (places === null) return [];
    const { unfinishedUploads } = await import('./places/unfinished.ts');
    return unfinishedUploads(this.#connection, places);
  }

  get(id: string, options: CallOptions = {}): Promise<Document> {
    return this.#connection.json({ method: 'GET', path: documentPath(id), ...options });
  }

  list(
    { state, createdAfter, createdBefore, ...filter }: Filter = {},
    options: CallOptions = {},
  ): Pages<Document> {
    const query = {
      ...filter,
      state: typeof state === 'object' ? state.join(',') : state,
      createdAfter: instant(createdAfter),
      createdBefore: instant(createdBefore),
    };
    return this.#list({ method: 'GET', path: '/v1/documents', query, ...options });
  }

  /** The bytes, to be read from the answer's body: `.blob()`, `.arrayBuffer()`, `.body`. */
  content(id: string, { disposition, range, signal }: ContentOptions = {}): Promise<Response> {
    const headers: Record<string, string> = range === undefined ? {} : { range };
    return this.#connection.answer({
      method: 'GET',
      path: documentPath(id, '/content'),
      query: { disposition },
      headers,
      signal,
    });
  }

  /** A URL that opens this document without credentials. */
  link(id: string, { expiresIn, disposition, signal }: LinkOptions = {}): Promise<Link> {
    const json = { expiresIn, disposition };
    return this.#connection.json({
      method: 'POST',
      path: documentPath(id, '/links'),
      json,
      signal,
      repeatable: true,
    });
  }

  /** Raises `revision_conflict` when it has changed since `revision`. */
  update(
    id: string,
    changes: DocumentChanges,
    { revision, signal }: CallOptions & { revision: number },
  ): Promise<Document> {
    const headers = { 'if-match': `"${revision}"` };
    const { filename, metadata } = changes;
    return this.#connection.json({
      method: 'PATCH',
      path: documentPath(id),
      json: { filename, metadata },
      headers,
      signal,
      repeatable: false,
    });
  }

  archive(id: string, options: CallOptions = {}): Promise<Document> {
    return this.#move(id, '/archive', options);
  }

  unarchive(id: string, options: CallOptions = {}): Promise<Document> {
    return this.#move(id, '/unarchive', options);
  }

  /** Out of the trash. */
  restore(id: string, options: CallOptions = {}): Promise<Document> {
    return this.#move(id, '/restore', options);
  }

  /** Into the trash: the document, with `purgeAfter`. Null where its type says that it is gone at once. */
  remove(id: string, { signal }: CallOptions = {}): Promise<Document | null> {
    return this.#connection.jsonOrNull({ method: 'DELETE', path: documentPath(id), signal });
  }

  /** Its history, oldest first. */
  events(
    id: string,
    { limit, cursor, signal }: CallOptions & Pick<Filter, 'limit' | 'cursor'> = {},
  ): Pages<Event> {
    return this.#list({ method: 'GET', path: documentPath(id, '/events'), query: { limit, cursor }, signal });
  }

  /** What this caller may upload. */
  documentTypes(options: CallOptions = {}): Promise<DocumentType[]> {
    return this.#items({ method: 'GET', path: '/v1/document-types', ...options });
  }

  /** Who this caller is and what it may do. */
  caller(options: CallOptions = {}): Promise<CallerAccess> {
    return this.#connection.json({ method: 'GET', path: '/v1/caller', ...options });
  }

  storage(options: CallOptions = {}): Promise<Storage> {
    return this.#connection.json({ method: 'GET', path: '/v1/storage', ...options });
  }

  /** Tries the store for real; with `settings` (`S3_BUCKET` …) those instead of the ones in use. It can take seconds. */
  checkStorage(
    settings?: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
  ): Promise<StorageCheck> {
    const json = settings && { settings };
    return this.#connection.json({ method: 'POST', path: '/v1/storage/check', json, signal });
  }

  /** All API keys, without their secrets. */
  keys(options: CallOptions = {}): Promise<Key[]> {
    return this.#items({ method: 'GET', path: '/v1/keys', ...options });
  }

  /** The answer's `key` is shown this once. */
  createKey({ name, scopes, recordPrefix }: KeyOptions, { signal }: CallOptions = {}): Promise<NewKey> {
    const json = { name, scopes, recordPrefix };
    return this.#connection.json({ method: 'POST', path: '/v1/keys', json, signal });
  }

  async revokeKey(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#connection.answer({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(id)}`, signal });
  }

  /** What a backend hands to its browser: its `token` is good for exactly this. */
  createGrant(grant: GrantOptions, { signal }: CallOptions = {}): Promise<Grant> {
    const call: Call = { method: 'POST', path: '/v1/grants', json: grant, signal };
    return this.#connection.json({ ...call, repeatable: true });
  }

  async revokeGrant(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#connection.answer({ method: 'DELETE', path: `/v1/grants/${encodeURIComponent(id)}`, signal });
  }

  /** Begins a session, kept by the browser in a cookie. */
  async signIn(
    by: { readonly key: string } | { readonly code: string },
    { signal }: CallOptions = {},
  ): Promise<Session> {
    const call: Call = { method: 'POST', path: '/v1/session', json: by, signal };
    return this.#keep(await this.#connection.json<Session>(call));
  }

  /** The session of this browser. Raises `unauthenticated` where there is none. */
  async session({ signal }: CallOptions = {}): Promise<Session> {
    return this.#keep(await this.#connection.json<Session>({ method: 'GET', path: '/v1/session', signal }));
  }

  async signOut({ signal }: CallOptions = {}): Promise<void> {
    await this.#connection.answer({ method: 'DELETE', path: '/v1/session', signal });
    this.#connection.useCsrfToken(null);
  }

  #move(id: string, move: string, { signal }: CallOptions): Promise<Document> {
    return this.#connection.json({ method: 'POST', path: documentPath(id, move), signal, repeatable: true });
  }

  #keep(session: Session): Session {
    this.#connection.useCsrfToken(session.csrfToken);
    return session;
  }

  #list<T>(call: Call): Pages<T> {
    return pages<T>((cursor) =>
      this.#connection.json<Page<T>>(
        cursor === undefined ? call : { ...call, query: { ...call.query, cursor } },
      ),
    );
  }

  async #items<T>(call: Call): Promise<T[]> {
    return (await this.#connection.json<Page<T>>(call)).items;
  }
}

function documentPath(id: string, rest = ''): string {
  return `/v1/documents/${encodeURIComponent(id)}${rest}`;
}

function instant(at: string | Date | undefined): string | undefined {
  return at instanceof Date ? at.toISOString() : at;
}
