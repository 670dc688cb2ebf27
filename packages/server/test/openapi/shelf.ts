import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import fc from 'fast-check';
import { jpeg, pdf, png, text } from '../fixtures/make.ts';
import type { TestServer } from '../harness.ts';
import { type Answer, call, type Input, nothing } from './call.ts';
import { type Operation, operations } from './contract.ts';

/** Files of kinds that every document type of the shelf takes. */
export const files = [pdf(), jpeg(), png(), text()];
const accept = ['application/pdf', 'image/jpeg', 'image/png', 'text/plain'];

/** What strongroom.config.json holds: types with and without a trash, and types that refuse all files. */
export const config = {
  documentTypes: [
    { id: 'other', accept },
    { id: 'at-once', accept, trashFor: '0' },
    { id: 'small', accept, maxSize: '8' },
    { id: 'narrow', accept: ['image/webp'] },
  ],
};

interface Known {
  readonly id: string;
  readonly recordId: string;
  readonly revision: number;
  readonly sha256: string;
}

/** What the document can't say: which documents there are, and what goes with what. */
export interface Scene {
  readonly path?: Readonly<Record<string, string>>;
  /** Laid over generated headers. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Makes generated input fit the rules that stand in words. */
  readonly fit?: (input: Input) => Input;
}

/** Documents in a running service, in whatever state a call needs them. */
export class Shelf {
  readonly server: TestServer;
  #serial = 0;

  constructor(server: TestServer) {
    this.server = server;
  }

  get key(): Record<string, string> {
    return { authorization: `Bearer ${this.server.key}` };
  }

  /** What a call needs to succeed. `choice` picks one of several ways. */
  async scene({ operationId, path }: Operation, choice: number): Promise<Scene> {
    const make = scenes[operationId];
    assert.ok(make || !path.includes('{'), `${operationId}: shelf.ts knows no document for it`);
    return make ? make(this, choice) : {};
  }

  async upload(type = 'other'): Promise<Known> {
    const recordId = `record-${this.#serial++ % 5}`;
    const query = Object.entries({ recordId, type });
    return this.#made('uploadDocument', { ...nothing, query, body: { mediaType: null, bytes: text() } });
  }

  /** The id of an upload that goes on, of which nothing has come. */
  async begun(): Promise<string> {
    const headers = { ...tus, 'upload-length': '1000000', 'upload-metadata': uploadMetadata('other') };
    const { headers: told } = await this.act('beginUpload', { headers });
    return String(told.location).slice('uploads/'.length);
  }

  async moved(operationId: string, type?: string): Promise<Known> {
    const known = await this.upload(type);
    await this.act(operationId, { path: { id: known.id } });
    return known;
  }

  async act(operationId: string, input: Partial<Input>): Promise<Answer> {
    const operation = operations.find((each) => each.operationId === operationId);
    assert.ok(operation, operationId);
    const headers = { ...this.key, ...input.headers };
    const answer = await call(this.server.url, operation, { ...nothing, ...input, headers });
    assert.ok(answer.status < 300, `${operationId}: ${answer.bytes}`);
    return answer;
  }

  get credentials(): NonNullable<Input['body']> {
    const bytes = Buffer.from(JSON.stringify({ key: this.server.key }));
    return { mediaType: 'application/json', bytes };
  }

  /** Of a browser that has signed in. */
  async cookie(): Promise<string> {
    const { headers } = await this.act('signIn', { body: this.credentials });
    return String([headers['set-cookie']].flat()[0]).split(';')[0] ?? '';
  }

  async link(known: Known, disposition = 'attachment'): Promise<string> {
    const bytes = Buffer.from(JSON.stringify({ disposition }));
    const body = { mediaType: 'application/json', bytes };
    const { url } = JSON.parse(
      String((await this.act('createLink', { path: { id: known.id }, body })).bytes),
    );
    return url.slice(url.lastIndexOf('/') + 1);
  }

  /** One that has begun, or whose bytes are all there; any id where the service has none. */
  async directUpload({ sent = false } = {}): Promise<{ id: string }> {
    const { transports } = JSON.parse(String((await this.act('describeCaller', {})).bytes));
    if (!transports.includes('direct')) return { id: randomUUID() };
    const bytes = text();
    const claims = { recordId: `record-${this.#serial++ % 5}`, type: 'other', filename: 'a.txt' };
    const body = inJson(nothing, { ...claims, size: bytes.length }).body;
    const { id, parts } = JSON.parse(String((await this.act('beginDirectUpload', { body })).bytes));
    if (sent) await fetch(parts[0].url, { method: 'PUT', body: new Uint8Array(bytes) });
    return { id };
  }

  /** The id of a document whose upload is under way, until `end` is called. */
  async receiving(): Promise<{ id: string; end: () => void }> {
    const recordId = `slow-${this.#serial++}`;
    const upload = request(`${this.server.url}/v1/documents?recordId=${recordId}&type=other`, {
      method: 'POST',
      headers: this.key,
    });
    upload.on('error', () => {});
    // More than what is looked at before there is a record.
    upload.write('text '.repeat(20_000));
    for (;;) {
      const query = Object.entries({ recordId, state: 'all' });
      const { items } = JSON.parse(String((await this.act('listDocuments', { query })).bytes));
      if (items.length > 0) return { id: items[0].id, end: () => void upload.destroy() };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #made(operationId: string, input: Partial<Input>): Promise<Known> {
    return JSON.parse(String((await this.act(operationId, input)).bytes)) as Known;
  }
}

type Make = (shelf: Shelf, choice: number) => Promise<Scene>;

const at = (known: Pick<Known, 'id'>) => ({ path: { id: known.id } });
const pick = <T>(from: readonly T[], choice: number): T => from[choice % from.length] as T;

const ranges = [undefined, 'bytes=0-0', 'bytes=-3', 'bytes=1-', 'bytes=0-1,3-4', 'lines=1-2'];

const conditional = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'];

/** Conditions that hold, some of them with nothing left to send. */
function conditions({ sha256 }: Known, choice: number): Record<string, string | undefined> {
  const tag = `"${sha256}"`;
  const none = Object.fromEntries(conditional.map((name) => [name, undefined]));
  const more = pick(
    [{}, { 'if-none-match': tag }, { 'if-none-match': '"other"' }, { 'if-match': tag }, { 'if-match': '*' }],
    choice,
  );
  return { ...none, ...more, range: pick(ranges, choice + (choice >> 3)) };
}

const nowhere = {
  mediaType: 'application/json',
  bytes: Buffer.from(
    JSON.stringify({
      settings: {
        S3_BUCKET: 'bucket',
        S3_ENDPOINT: 'http://127.0.0.1:1',
        S3_ACCESS_KEY_ID: 'nobody',
        S3_SECRET_ACCESS_KEY: 'nobody-knows',
      },
    }),
  ),
};

const tus = { 'tus-resumable': '1.0.0' };

function uploadMetadata(type: string): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return `recordId ${base64('r')},type ${base64(type)},filename ${base64('ä, b.pdf')},name`;
}

/** With all of its bytes, with some of them, or with none; and its length said now or later. */
function fitBeginning({ body, headers, ...input }: Input, choice: number): Input {
  const { 'upload-checksum': _, 'upload-defer-length': __, ...rest } = headers;
  const size = body?.bytes.length ?? 1;
  const said = pick(
    [
      { 'upload-length': String(size) },
      { 'upload-length': String(size + 9) },
      { 'upload-defer-length': '1' },
    ],
    choice,
  );
  const { 'upload-length': ___, ...kept } = rest;
  return {
    ...input,
    body,
    headers: { ...kept, ...said, 'upload-metadata': uploadMetadata(pick(['other', 'at-once'], choice)) },
  };
}

const ofContent: Make = async (shelf, choice) => {
  const known = await shelf.upload();
  return { ...at(known), headers: conditions(known, choice) };
};

const ofLink: Make = async (shelf, choice) => {
  const known = await shelf.upload();
  const token = await shelf.link(known, pick(['attachment', 'inline'], choice));
  return { path: { token }, headers: conditions(known, choice) };
};

/** A page that was read before, asked for with its ETag. */
function readBefore(operationId: string): Make {
  return async (shelf, choice) => {
    const { headers } = await shelf.act(operationId, {});
    return { headers: { 'if-none-match': pick([undefined, String(headers.etag)], choice) } };
  };
}

const scenes: Readonly<Record<string, Make>> = {
  uploadDocument: async (shelf, choice) => {
    const before = await shelf.upload();
    return { fit: (input) => fitUpload(input, before, choice), headers: { 'idempotency-key': undefined } };
  },
  listDocuments: async (shelf, choice) => {
    if (choice % 4 !== 1) return { fit: fitList };
    const { recordId } = await shelf.upload();
    // Every fifth document is of the same record.
    await Promise.all(Array.from({ length: 5 }, () => shelf.upload()));
    const query = Object.entries({ recordId, sort: 'filename', limit: '1' });
    return { fit: await secondPage(shelf, 'listDocuments', { query }) };
  },
  beginDirectUpload: async () => ({
    fit: fitDirect,
    headers: { 'idempotency-key': undefined },
  }),
  listDirectParts: async (shelf) => ({ ...at(await shelf.directUpload()), fit: onlyTheFirst }),
  completeDirectUpload: async (shelf) => at(await shelf.directUpload({ sent: true })),
  abandonDirectUpload: async (shelf) => at(await shelf.directUpload()),
  getDocument: async (shelf) => at(await shelf.upload()),
  listEvents: async (shelf, choice) => {
    const known = at(await shelf.upload());
    const query = Object.entries({ limit: '1' });
    const fit = choice % 4 === 1 ? await secondPage(shelf, 'listEvents', { ...known, query }) : withoutCursor;
    return { ...known, fit };
  },
  changeDocument: async (shelf, choice) => {
    const known = await shelf.upload();
    return { ...at(known), headers: { 'if-match': pick([`"${known.revision}"`, '*'], choice) } };
  },
  deleteDocument: async (shelf, choice) => at(await shelf.upload(pick(['other', 'at-once'], choice))),
  restoreDocument: async (shelf, choice) =>
    at(choice % 4 === 0 ? await shelf.upload() : await shelf.moved('deleteDocument')),
  archiveDocument: async (shelf) => at(await shelf.upload()),
  unarchiveDocument: async (shelf) => at(await shelf.moved('archiveDocument')),
  readContent: ofContent,
  headContent: ofContent,
  // What may be typed in is as long as a start's settings; nothing listens there, which is an answer.
  checkStorage: async (_shelf, choice) => ({
    fit: (input) => ({ ...input, body: pick([null, nowhere], choice) }),
  }),
  createLink: async (shelf) => at(await shelf.upload()),
  createGrant: async () => ({ fit: fitGrant }),
  revokeGrant: async (shelf, choice) => {
    const grant = { recordId: 'r', actions: ['read'], expiresIn: 60 + choice };
    const body = { mediaType: 'application/json', bytes: Buffer.from(JSON.stringify(grant)) };
    const { id } = JSON.parse(String((await shelf.act('createGrant', { body })).bytes));
    return { path: { id } };
  },
  revokeKey: async (shelf, choice) => {
    const body = {
      mediaType: 'application/json',
      bytes: Buffer.from('{"name":"x","scopes":["storage:read"]}'),
    };
    const made =
      choice % 4 === 0
        ? '0123456789ab'
        : JSON.parse(String((await shelf.act('createKey', { body })).bytes)).id;
    return { path: { id: made } };
  },
  beginUpload: async (_shelf, choice) => ({
    fit: (input) => fitBeginning(input, choice),
    headers: { 'idempotency-key': undefined },
  }),
  headUpload: async (shelf, choice) => ({
    path: { id: choice % 2 === 0 ? await shelf.begun() : (await shelf.upload()).id },
  }),
  getUploadedDocument: async (shelf) => ({ path: { id: await shelf.begun() } }),
  continueUpload: async (shelf) => ({
    path: { id: await shelf.begun() },
    headers: { 'upload-offset': '0', 'upload-length': undefined, 'upload-checksum': undefined },
  }),
  endUpload: async (shelf) => ({ path: { id: await shelf.begun() } }),
  openLink: ofLink,
  headLink: ofLink,
  signIn: async (shelf) => ({ fit: (input) => ({ ...input, body: shelf.credentials }) }),
  describeSession: async (shelf) => ({ headers: { authorization: undefined, cookie: await shelf.cookie() } }),
  openapi: readBefore('openapi'),
  docs: readBefore('docs'),
};

/** A raw body needs its record and a configured type in the query; a form has no query. */
function fitUpload(input: Input, before: Known, choice: number): Input {
  if (input.body?.mediaType?.startsWith('multipart/')) return { ...input, query: [] };
  const given = Object.fromEntries(input.query);
  const { replaces: _, ...rest } = given;
  const replacing = choice % 3 === 0 ? { recordId: before.recordId, replaces: before.id } : {};
  const query = { recordId: 'r', ...rest, type: pick(['other', 'at-once'], choice), ...replacing };
  return { ...input, query: Object.entries(query) };
}

/** A grant's types are configured ones. */
function fitGrant(input: Input): Input {
  if (!input.body) return input;
  const { types, ...rest } = JSON.parse(String(input.body.bytes));
  const fitted = { ...rest, ...(types && { types: ['other', 'small'].slice(0, types.length) }) };
  return { ...input, body: { ...input.body, bytes: Buffer.from(JSON.stringify(fitted)) } };
}

/** A direct upload is of a type that is taken, and as long as is allowed. */
function fitDirect(input: Input): Input {
  const { replaces: _, ...given } = JSON.parse(String(input.body?.bytes ?? '{}'));
  const size = 1 + ((given.size ?? 0) % 1_000_000);
  return inJson(input, { recordId: 'r', ...given, type: 'other', contentType: 'application/pdf', size });
}

/** A small upload has one part. */
function onlyTheFirst(input: Input): Input {
  if (!input.body) return input;
  const { numbers } = JSON.parse(String(input.body.bytes));
  return inJson(input, numbers ? { numbers: [1] } : {});
}

function inJson(input: Input, body: object): Input {
  return { ...input, body: { mediaType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) } };
}

/** An order by name or size goes with a record and without times. */
function fitList(input: Input): Input {
  const { query } = withoutCursor(input);
  const given = Object.fromEntries(query);
  // A search has an order of its own, and finds what has a name.
  if (given.q !== undefined) {
    const { q, recordId, type } = given;
    const kept = Object.entries({ q, recordId, type }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return { ...input, query: kept };
  }
  if (given.sort !== 'filename' && given.sort !== 'size') return { ...input, query };
  const { createdAfter: _after, createdBefore: _before, ...rest } = given;
  return { ...input, query: Object.entries({ recordId: 'record-1', ...rest }) };
}

/** A cursor belongs to one list. */
function withoutCursor(input: Input): Input {
  return { ...input, query: input.query.filter(([name]) => name !== 'cursor') };
}

/** A list goes on where its cursor says, with the same filter and order. */
async function secondPage(
  shelf: Shelf,
  operationId: string,
  first: Pick<Input, 'query'> & Partial<Input>,
): Promise<(input: Input) => Input> {
  const { nextCursor } = JSON.parse(String((await shelf.act(operationId, first)).bytes));
  assert.equal(typeof nextCursor, 'string');
  return (input) => ({ ...input, query: [...first.query, ['cursor', nextCursor]] });
}

/** Documents in every state that there is a way into, and ids of none. */
export async function everyState(
  shelf: Shelf,
): Promise<{ ids: string[]; tokens: string[]; end: () => void }> {
  const { id, end } = await shelf.receiving();
  const [available, archived, deleted, purged] = await Promise.all([
    shelf.upload(),
    shelf.moved('archiveDocument'),
    shelf.upload(),
    shelf.upload('at-once'),
  ]);
  const known = [available, archived, deleted, purged];
  const tokens = await Promise.all(known.map((each) => shelf.link(each)));
  await shelf.act('deleteDocument', { path: { id: deleted.id } });
  await shelf.act('deleteDocument', { path: { id: purged.id } });
  const missing = fc.sample(fc.uuid(), 1);
  return {
    ids: [...known.map((each) => each.id), id, ...missing, 'nonsense'],
    tokens: [...tokens, 'nonsense'],
    end,
  };
}
