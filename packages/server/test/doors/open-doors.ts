import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { Tokens } from '../../src/access/tokens.ts';
import type { DirectPort } from '../../src/documents/direct-port.ts';
import { type Caller, everything, type Identity } from '../../src/documents/permissions.ts';
import type { ResumingPort } from '../../src/documents/resuming-port.ts';
import { StrongroomError } from '../../src/errors.ts';
import type { Doors } from '../../src/http/doors.ts';
import { createServer } from '../../src/http/server.ts';
import { keepBytes, keepLog, keepSecret, keepWire } from '../secrecy/watch.ts';
import { MemoryDocuments } from './memory-documents.ts';

const key = 'a-key-for-the-doors-tests';
export const authorization = `Bearer ${key}`;

export interface OpenDoors {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** See http/attach.ts. */
  attach(server: Server): void;
  readonly documents: MemoryDocuments;
  /** What was logged: facts with their message under `msg`, and the level. */
  readonly lines: Record<string, unknown>[];
  /** fetch with the key. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

const types = [
  { id: 'other', label: 'Other', accept: ['text/plain'], maxSize: null, trashFor: 1 },
  { id: 'small', label: 'Small', accept: ['text/plain'], maxSize: 1_000_000, trashFor: 1 },
];

const onDisk = {
  store: 'disk',
  bucket: null,
  prefix: null,
  region: null,
  endpoint: null,
  acl: null,
  encryption: null,
  storageClass: null,
  folder: '/store',
  credentials: { set: false, from: 'none are needed' },
} as const;

async function authenticate(given: string | undefined): Promise<Identity> {
  if (given !== authorization) throw new StrongroomError('unauthenticated', {});
  return { actor: { kind: 'key', id: 'tester' }, key: 'tester', rights: everything };
}

const missing = async (_caller: Caller, id: string): Promise<never> => {
  throw new StrongroomError('document_missing', { id });
};

/** There are none here: what tus says is tested on real stores and records. */
const noUploads: ResumingPort = {
  begin: async () => {
    throw new StrongroomError('store_unavailable', {});
  },
  describe: missing,
  where: missing,
  append: missing,
  terminate: missing,
};

const noDirectUploads: DirectPort = {
  origin: null,
  begin: async () => {
    throw new StrongroomError('direct_uploads_unavailable', {});
  },
  parts: missing,
  complete: missing,
  abandon: missing,
};

/** The doors on a port of their own, before documents in memory; closed after the test. */
export async function openDoors(t: TestContext, changed: Partial<Doors> = {}): Promise<OpenDoors> {
  const documents = new MemoryDocuments(types, 100_000_000);
  const lines: Record<string, unknown>[] = [];
  const keep = keepLog();
  keepSecret('secret', key);
  const line = (level: string) => (facts: object, msg: string) => {
    lines.push({ ...facts, level, msg });
    keep(`${inspect({ level, msg, ...facts }, { depth: 8, breakLength: Number.POSITIVE_INFINITY })}\n`);
  };
  const tokens = new Tokens(['a secret of at least thirty-two characters']);
  let url = '';
  const doors = await createServer({
    documents,
    resuming: noUploads,
    direct: noDirectUploads,
    maxUploadSize: 100_000_000,
    authenticate,
    keys: {
      list: async () => [],
      make: async () => {
        throw new StrongroomError('not_allowed', { action: 'keys' });
      },
      revoke: async () => {},
    },
    sessions: {
      begin: async () => {
        throw new StrongroomError('unauthenticated', {});
      },
      open: async () => {
        throw new StrongroomError('unauthenticated', {});
      },
      proves: () => false,
      end: async () => {},
    },
    links: {
      mint: (link) => {
        const minted = tokens.mintLink(link);
        keepSecret('link token', minted.token);
        return minted;
      },
      verify: async (token) => tokens.verifyLink(token),
    },
    grants: { make: (grant) => tokens.mintGrant(grant), revoke: async () => {} },
    cursors: { seal: (value) => tokens.sealCursor(value), unseal: (cursor) => tokens.unsealCursor(cursor) },
    publicUrl: () => url,
    pathOf: (document) => `file:///store/${document.storage.key}`,
    readiness: async () => ({ ok: true, checks: { store: true, records: true } }),
    storage: {
      describe: () => onDisk,
      check: async () => ({ ok: true, checks: [] }),
      tryOut: async () => ({ ok: true, checks: [] }),
    },
    metrics: {
      contentType: 'text/plain',
      expose: async () => 'up 1\n',
      public: false,
      authenticate,
    },
    screens: '/nothing/built',
    environment: { name: null, contact: null },
    observer: null,
    allowedOrigins: [],
    linkMode: 'stream',
    uploadMinRate: 1_024,
    trustProxy: false,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    ...changed,
  });
  const server = createHttpServer(doors.handler);
  doors.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await doors.close();
  });
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    server,
    attach: doors.attach,
    documents,
    lines,
    fetch: (path, init = {}) => {
      keepWire(path);
      if (typeof init.body === 'string') keepBytes(Buffer.from(init.body));
      return fetch(url + path, {
        ...init,
        headers: { authorization, ...(init.headers as Record<string, string>) },
      });
    },
  };
}
