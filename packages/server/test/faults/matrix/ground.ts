/** The ground that a peer's trials stand on: its engine, what can break before it, and looks past that. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { lookInto } from '../../acceptance/store-look.ts';
import { type Ending, testBucket, testDatabase, testFolder } from '../../harness.ts';
import { giveOrders, type Orders, ordersVariable } from '../orders.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import type { Ground } from './cells.ts';

type Settings = Readonly<Record<string, string>>;
type Ends = Ending & { after(undo: () => unknown): void };

const documentTypes = [
  { id: 'trashed', accept: ['application/pdf'] },
  { id: 'untrashed', accept: ['application/pdf'], trashFor: '0' },
];
/** Short where a fault uses them up; long enough for a healthy peer on a busy machine. */
const ofS3 = { connect: '1s', read: '900ms', write: '1s', silence: '1s' };
const ofPostgres = { connect: '3s', records: '3s' };
const lifecycle = { uploadDeadAfter: '60s', lookAgainAfter: '0s', forgetAfter: '0s' };

/** Before Ceph; records in SQLite. */
export async function cephGround(t: Ends): Promise<Ground> {
  const bucket = await testBucket(t);
  const proxy = await TcpProxy.before(t, bucket.endpoint);
  const base = await folderWithConfigs(t, ofS3);
  const s3 = { ...bucket.environment, S3_ENDPOINT: proxy.url };
  const { objects } = objectsOf(lookInto(t, bucket.environment));
  let starts = 0;
  return {
    ...sqliteGround(t, base),
    ...groundOf(base, { ...s3, DATA_DIR: base.folder }, proxy),
    objects,
    settingsForStart: async () => {
      starts += 1;
      const DATA_DIR = await mkdtemp(join(base.folder, 'start-'));
      return { ...s3, ...base.quiet, ...ofStart, DATA_DIR, S3_PREFIX: `start-${starts}` };
    },
  };
}

/** Before PostgreSQL; objects on disk. */
export async function postgresGround(t: Ends): Promise<Ground> {
  const url = await testDatabase(t);
  const proxy = await TcpProxy.before(t, url);
  const base = await folderWithConfigs(t, ofPostgres);
  const settings = { DATABASE_URL: proxy.url, DATA_DIR: base.folder };
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  t.after(() => client.end().catch(() => {}));
  return {
    ...groundOf(base, settings, proxy),
    ...objectsOf(lookInto(t, settings)),
    settingsForStart: async () => ({ ...settings, ...base.quiet, ...ofStart }),
    query: async (sql) => void (await client.query(sql)),
    records: async () => {
      const { rows } = await client.query('SELECT record_id, state FROM documents');
      return rows.map(({ record_id, state }) => ({ recordId: String(record_id), state: String(state) }));
    },
    hurry: async () => void (await client.query(hurrying)),
  };
}

/** The disk, for objects and for SQLite. */
export async function diskGround(t: Ends): Promise<Ground> {
  const base = await folderWithConfigs(t, {});
  const settings = { DATA_DIR: base.folder };
  return {
    ...sqliteGround(t, base),
    ...groundOf(base, settings, null),
    ...objectsOf(lookInto(t, settings)),
    settingsForStart: async () => {
      const DATA_DIR = await mkdtemp(join(base.folder, 'start-'));
      return { ...base.quiet, ...ofStart, DATA_DIR };
    },
  };
}

const ofStart = { PORT: '0', STRONGROOM_API_KEY: 'a-key-for-starts-under-a-fault' };

interface Base {
  readonly folder: string;
  readonly quiet: Settings;
  readonly restless: Settings;
  readonly inside: (orders: Omit<Orders, 'number'>) => void;
  readonly ordered: () => boolean;
}

async function folderWithConfigs(t: Ends, timeouts: Settings): Promise<Base> {
  const folder = await testFolder(t);
  const config = async (name: string, every: string) => {
    const STRONGROOM_CONFIG = join(folder, `${name}.json`);
    await writeFile(
      STRONGROOM_CONFIG,
      JSON.stringify({ documentTypes, timeouts, lifecycle: { ...lifecycle, every } }),
    );
    return { STRONGROOM_CONFIG, [ordersVariable]: orders };
  };
  const orders = join(folder, 'orders.json');
  let given = false;
  const inside = (what: Omit<Orders, 'number'>) => {
    given = Object.keys(what).length > 0;
    giveOrders(orders, what);
  };
  inside({});
  const [quiet, restless] = [await config('quiet', '1d'), await config('restless', '50ms')];
  return { folder, quiet, restless, inside, ordered: () => given };
}

function groundOf(base: Base, settings: Settings, proxy: TcpProxy | null) {
  const { inside, ordered } = base;
  return {
    settings: { ...settings, ...base.quiet },
    restless: { ...settings, ...base.restless },
    ...{ inside, ordered, proxy, pid: 0, folder: base.folder },
    query: async () => {},
    lift: async () => {
      if (ordered()) inside({});
      await proxy?.pass();
    },
  };
}

function objectsOf(look: { keys(): Promise<string[]>; leftovers(): Promise<string[]> }) {
  return { objects: async () => [...(await look.keys()), ...(await look.leftovers())] };
}

/** Makes due what a chore claims. */
const hurrying =
  "UPDATE documents SET due_at = 0 WHERE state IN ('receiving', 'abandoned', 'purging', 'purged')";

function sqliteGround(t: Ends, { folder }: Base) {
  let db: DatabaseSync | null = null;
  const open = () => {
    db ??= new DatabaseSync(join(folder, 'strongroom.db'), { timeout: 5_000 });
    return db;
  };
  t.after(() => db?.close());
  return {
    records: async () => {
      const rows = open().prepare('SELECT record_id, state FROM documents').all();
      return rows.map(({ record_id, state }) => ({ recordId: String(record_id), state: String(state) }));
    },
    hurry: async () => open().exec(hurrying),
  };
}
