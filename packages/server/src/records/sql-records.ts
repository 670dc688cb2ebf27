import type { ApiKeyRecord } from '../access/key-records.ts';
import type { RevocationRecords } from '../access/revocation-records.ts';
import type { SignInRecords } from '../access/sign-in-records.ts';
import type { Document, Event, State } from '../documents/document.ts';
import { StrongroomError } from '../errors.ts';
import type {
  Allowance,
  Changes,
  Claimed,
  Draft,
  EventPart,
  EventPosition,
  Filter,
  Happened,
  Idempotency,
  Page,
  Position,
  Search,
  SearchPage,
} from './document-records.ts';
import { findQuery, paged } from './find-query.ts';
import type { Records } from './records.ts';
import { replacesNothing } from './refusals.ts';
import {
  documentColumns,
  documentWidth,
  draftRow,
  eventColumns,
  eventRow,
  idsIn,
  isId,
  keyColumns,
  type Row,
  storable,
  toApiKey,
  toDocument,
  toEvent,
  type Value,
} from './row.ts';
import type { SqlDatabase } from './sql-database.ts';
import { revocations } from './sql-revocations.ts';
import { foldNames, search as searched } from './sql-search.ts';
import { signInCodes } from './sql-sign-in-codes.ts';
import { uploads } from './sql-uploads.ts';
import { updateQuery } from './update-query.ts';
import type { NewUpload, UploadProgress, UploadRecords } from './upload-records.ts';
import { newUploadRow } from './upload-row.ts';

/** No event is there: revisions begin at 1. */
const beforeAll: EventPosition = { revision: 0, id: '00000000-0000-0000-0000-000000000000' };

/** The records in SQL: the ports on one side, a database on the other. What both databases say alike is said here. */
export class SqlRecords implements Records {
  readonly #database: SqlDatabase;
  readonly #revoked: RevocationRecords;
  readonly #codes: SignInRecords;
  readonly #uploads: UploadRecords;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#revoked = revocations(database);
    this.#codes = signInCodes(database);
    this.#uploads = uploads(database);
  }

  connect = () => this.#database.connect();
  outlook = () => this.#database.outlook();
  describe = () => this.#database.describe();
  close = () => this.#database.close();

  async ping(): Promise<void> {
    await this.#read('SELECT 1');
  }

  async create(
    draft: Draft,
    happened: Happened,
    idempotency?: Idempotency,
    allowance?: Allowance,
    upload?: NewUpload,
  ): Promise<{ document: Document; created: boolean }> {
    const document = draftRow(draft);
    if (draft.replaces !== null && !isId(draft.replaces)) throw replacesNothing();
    const existing = await this.#database.create({
      document,
      dueIn: draft.dueIn,
      event: eventRow(happened),
      idempotency: idempotency
        ? { ...idempotency, abandoned: eventRow(takenOver(happened, draft.id)) }
        : null,
      allowance: allowance ?? null,
      upload: upload ? newUploadRow(upload) : null,
    });
    return { document: toDocument(existing ?? document), created: existing === null };
  }

  async get(id: string): Promise<Document | null> {
    if (!isId(id)) return null;
    const [row] = await this.#read(`SELECT ${documentColumns} FROM documents WHERE id = ?1`, id);
    return row ? toDocument(row) : null;
  }

  async find(filter: Filter, page: Page): Promise<{ documents: Document[]; next: Position | null }> {
    const query = findQuery(filter, page, this.#database.dialect);
    if (!query) return { documents: [], next: null };
    const { rows, next } = paged(await this.#database.read(query), page);
    return { documents: rows.map(toDocument), next };
  }

  search(search: Search, page: SearchPage) {
    return searched(this.#database, search, page);
  }

  foldNames(limit: number): Promise<number> {
    return foldNames(this.#database, limit);
  }

  async transition(
    id: string,
    from: readonly State[],
    to: State,
    changes: Changes,
    happened: Happened,
    expectedRevision?: number,
  ): Promise<Document> {
    if (!isId(id)) throw new StrongroomError('document_missing', { id });
    const { clock } = this.#database.dialect;
    const target = { id, from, ...(expectedRevision !== undefined && { revision: expectedRevision }) };
    const query = updateQuery(target, { ...changes, state: to, updatedAt: happened.at }, clock);
    const event = eventRow(happened);
    const abandons = to === 'abandoned';
    const update = { id, query, event, wanted: to, abandons, revision: expectedRevision ?? null };
    return toDocument(await this.#database.update(update));
  }

  async change(
    id: string,
    expectedRevision: number,
    from: readonly State[],
    { filename, metadata }: Pick<Changes, 'filename' | 'metadata'>,
    happened: Happened,
  ): Promise<Document> {
    if (!isId(id)) throw new StrongroomError('document_missing', { id });
    const target = { id, from, revision: expectedRevision };
    const changes = {
      ...(filename !== undefined && { filename }),
      ...(metadata !== undefined && { metadata }),
      updatedAt: happened.at,
    };
    const query = updateQuery(target, changes, this.#database.dialect.clock);
    const event = eventRow(happened);
    const update = { id, query, event, wanted: 'changed', abandons: false, revision: expectedRevision };
    return toDocument(await this.#database.update(update));
  }

  async heartbeat(ids: readonly string[], dueIn: number): Promise<Set<string>> {
    const { clock, isAmongLocked, list } = this.#database.dialect;
    const sql = `UPDATE documents SET due_at = ${clock} + ?2 WHERE id ${isAmongLocked('?1')} AND state = 'receiving' RETURNING id`;
    const rows = await this.#write(sql, list(ids.filter(isId)), dueIn);
    return new Set(rows.map((row) => row[0] as string));
  }

  async claim(
    states: readonly State[],
    { limit, lease }: { limit: number; lease: number },
  ): Promise<Claimed[]> {
    if (states.length === 0) return [];
    const rows = await this.#database.claim({ states: [...new Set(states)], limit, lease });
    return rows.map((row) => ({ document: toDocument(row), looks: row[documentWidth] as number }));
  }

  async lookAgain(id: string, dueIn: number): Promise<void> {
    if (!isId(id)) return;
    const { clock } = this.#database.dialect;
    await this.#write(
      `UPDATE documents SET due_at = ${clock} + ?2, looks = looks + 1 WHERE id = ?1`,
      id,
      dueIn,
    );
  }

  async postpone(id: string, dueIn: number): Promise<void> {
    if (!isId(id)) return;
    const { clock } = this.#database.dialect;
    await this.#write(
      `UPDATE documents SET due_at = ${clock} + ?2 WHERE id = ?1 AND due_at < ${clock} + ?2`,
      id,
      dueIn,
    );
  }

  async overdue(states: readonly State[]): Promise<Map<State, number>> {
    if (states.length === 0) return new Map();
    const { clock } = this.#database.dialect;
    const since = states.map(
      (_, i) =>
        `${clock} - (SELECT min(due_at) FROM documents WHERE state = ?${i + 1} AND due_at IS NOT NULL)`,
    );
    const [row = []] = await this.#read(`SELECT ${since.join(', ')}`, ...states);
    const due = states.map((state, i) => [state, row[i]] as const);
    return new Map(due.filter((entry): entry is [State, number] => Number(entry[1] ?? -1) >= 0));
  }

  async known(keys: readonly string[]): Promise<Set<string>> {
    const { isAmong, list } = this.#database.dialect;
    const ids = list(keys.flatMap(idsIn));
    const rows = await this.#read(`SELECT key FROM documents WHERE id ${isAmong('?1')}`, ids);
    const named = new Set(rows.map((row) => row[0] as string));
    return new Set(keys.filter((key) => named.has(key)));
  }

  async events(id: string, part?: EventPart): Promise<Event[]> {
    if (!isId(id)) return [];
    const select = `SELECT ${eventColumns}, revision FROM events WHERE document_id = ?1`;
    const order = 'ORDER BY revision, id';
    if (!part) return (await this.#read(`${select} ${order}`, id)).map((row) => toEvent(id, row));
    const after = part.after ?? beforeAll;
    if (!isId(after.id))
      throw new StrongroomError('invalid_input', { field: 'cursor', problem: 'it belongs to another list' });
    const sql = `${select} AND (revision, id) > (?2, ?3) ${order} LIMIT ?4`;
    return (await this.#read(sql, id, after.revision, after.id, part.limit)).map((row) => toEvent(id, row));
  }

  async forget(id: string): Promise<void> {
    if (isId(id)) await this.#database.forget(id);
  }

  findUpload(id: string) {
    return this.#uploads.findUpload(id);
  }

  takeUpload(id: string, expectedOffset?: number) {
    return this.#uploads.takeUpload(id, expectedOffset);
  }

  advanceUpload(id: string, fence: number, progress: UploadProgress) {
    return this.#uploads.advanceUpload(id, fence, progress);
  }

  placeUpload(id: string, fence: number, placed: Parameters<UploadRecords['placeUpload']>[2]) {
    return this.#uploads.placeUpload(id, fence, placed);
  }

  uploadParts(id: string, fence?: number) {
    return this.#uploads.uploadParts(id, fence);
  }

  finishUpload(...finish: Parameters<UploadRecords['finishUpload']>) {
    return this.#uploads.finishUpload(...finish);
  }

  async createKey(key: ApiKeyRecord): Promise<void> {
    const { id, name, hash, createdAt, revokedAt, scopes, recordPrefix } = key;
    const sql = `INSERT INTO api_keys (${keyColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`;
    const limits = [scopes?.join(' ') ?? null, recordPrefix];
    await this.#write(sql, id, name, hash, createdAt.getTime(), revokedAt?.getTime() ?? null, ...limits);
  }

  async keys(): Promise<ApiKeyRecord[]> {
    const rows = await this.#read(`SELECT ${keyColumns} FROM api_keys ORDER BY created_at DESC, id DESC`);
    return rows.map(toApiKey);
  }

  async findKey(id: string): Promise<ApiKeyRecord | null> {
    if (!storable(id)) return null;
    const [row] = await this.#read(`SELECT ${keyColumns} FROM api_keys WHERE id = ?1`, id);
    return row ? toApiKey(row) : null;
  }

  async revokeKey(id: string, at: Date): Promise<boolean> {
    if (!storable(id)) return false;
    const sql = 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1 RETURNING id';
    return (await this.#write(sql, id, at.getTime())).length > 0;
  }

  revoke: RevocationRecords['revoke'] = (id, keptFor) => this.#revoked.revoke(id, keptFor);
  revocations: RevocationRecords['revocations'] = (after, limit) => this.#revoked.revocations(after, limit);

  createCode: SignInRecords['createCode'] = (code) => this.#codes.createCode(code);
  useCode: SignInRecords['useCode'] = (hash, at) => this.#codes.useCode(hash, at);
  findCode: SignInRecords['findCode'] = (hash) => this.#codes.findCode(hash);
  hasUsedCode: SignInRecords['hasUsedCode'] = (key) => this.#codes.hasUsedCode(key);

  async keepOnce(name: string, value: string): Promise<string> {
    // An update that changes nothing makes the statement answer what is kept, whoever was first.
    const sql =
      'INSERT INTO kept (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value';
    const [row] = await this.#write(sql, name, value);
    return row?.[0] as string;
  }

  async kept(name: string): Promise<string | null> {
    const [row] = await this.#read('SELECT value FROM kept WHERE name = ?1', name);
    return (row?.[0] as string | undefined) ?? null;
  }

  #read(sql: string, ...parameters: Value[]): Promise<Row[]> {
    return this.#database.read({ sql, parameters });
  }

  #write(sql: string, ...parameters: Value[]): Promise<Row[]> {
    return this.#database.write({ sql, parameters });
  }
}

/** The event of a dead upload that another upload with its idempotency key takes over from. */
function takenOver(happened: Happened, by: string): Happened {
  return { ...happened, action: 'document.abandoned', details: { takenOverBy: by } };
}
