/** What happens when PostgreSQL fails. Held by a real one behind the proxy; objects on disk. */
import { setTimeout as sleep } from 'node:timers/promises';
import { needs } from '../../harness.ts';
import { anHourAhead, type Cell, fine, type Peer, type Row } from './cells.ts';
import { postgresGround } from './ground.ts';

const refused = (leaves: Cell[2]): Cell => ['503 records_unavailable', 'records_unavailable', leaves];
const uploadsRefused = (leaves: Cell[2]): Row['cells'] => ({
  raw: refused(leaves),
  form: refused(leaves),
  chunked: refused(leaves),
  // What was stored stays, and the upload goes on.
  tus: refused('receiving'),
});
/** PostgreSQL can't be used at all. */
const away: Row['cells'] = {
  ...uploadsRefused('nothing'),
  download: refused('untouched'),
  list: refused('untouched'),
  delete: refused('untouched'),
  purge: refused('untouched'),
  start: ['waits', 'records_unavailable', 'untouched'],
};
/** It answers questions and takes no change. */
const unwritable: Row['cells'] = {
  ...away,
  download: fine.download,
  list: fine.list,
  start: ['waits', 'records_unavailable', 'untouched'],
};
const broken = ['ECONNRESET', 'EPIPE', 'Connection terminated unexpectedly', 'Connection terminated'];
const late = ['Query read timeout', 'timeout expired', 'Connection terminated due to connection timeout'];

const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = 'strongroom' AND datname = current_database()`;

const rows: readonly Row[] = [
  {
    fault: 'PostgreSQL answers late (every piece by 30 ms)',
    causes: [],
    order: async ({ proxy }) => proxy?.delay(30),
    together: true,
    cells: fine,
  },
  {
    fault: 'PostgreSQL is slow (20 kB/s)',
    causes: [],
    order: async ({ proxy }) => proxy?.throttle(20_000),
    together: true,
    cells: fine,
  },
  {
    fault: 'PostgreSQL refuses connections',
    causes: ['ECONNREFUSED', ...broken],
    order: async ({ proxy }) => proxy?.refuse(),
    together: true,
    cells: away,
  },
  {
    fault: 'PostgreSQL is silent (a black hole)',
    causes: late,
    order: async ({ proxy }) => proxy?.hold(),
    together: true,
    cells: { ...away, ...uploadsRefused('receiving') },
    note: 'What was on its way arrives when the silence is over.',
  },
  {
    fault: 'connections to PostgreSQL have died without a word (half-open)',
    causes: late,
    order: async ({ proxy }) => proxy?.halfOpen(),
    together: true,
    cells: { ...away, start: fine.start },
  },
  {
    fault: 'connections break while a statement is sent',
    causes: broken,
    order: async ({ proxy }) => proxy?.cut('up', 20),
    together: true,
    cells: away,
  },
  {
    fault: 'every answer of PostgreSQL is lost',
    causes: broken,
    order: async ({ proxy }) => proxy?.cut('down', 1),
    together: true,
    cells: { ...away, ...uploadsRefused('receiving') },
  },
  {
    fault: 'one answer of PostgreSQL is lost',
    causes: broken,
    order: async ({ proxy }) => proxy?.cut('down', 1, { once: true }),
    // Of tus, it is that of a question.
    cells: { ...fine, ...uploadsRefused('receiving'), tus: fine.tus },
    note: 'Questions are asked again. A change is not repeated blindly: whether it happened is not known.',
  },
  {
    fault: 'PostgreSQL ends every connection (an administrator, a failover)',
    causes: [],
    order: async (at) => {
      await at.query(terminate);
      await sleep(50);
    },
    together: true,
    cells: fine,
  },
  {
    fault: 'PostgreSQL takes no changes (a standby)',
    causes: ['25006'],
    order: async (at) => {
      await at.query(readOnly('on'));
      await at.query(terminate);
      await sleep(50);
    },
    together: true,
    cells: unwritable,
  },
  {
    fault: 'the disk of PostgreSQL is full',
    causes: ['53100'],
    order: async (at) => {
      await at.query(diskFull);
    },
    together: true,
    cells: { ...unwritable, start: fine.start },
  },
  {
    ...anHourAhead,
    causes: [],
    cells: fine,
    note: 'Times that decide go by the clock of PostgreSQL.',
  },
];

function readOnly(on: 'on' | 'off'): string {
  return `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${on}', current_database()); END $$`;
}

/** PostgreSQL raises this code where a table can't grow (53100, disk_full); a trigger raises it without filling a disk. */
const diskFull = `
  CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file', DETAIL = row_to_json(NEW)::text; END $$;
  CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION full_disk()`;

const lifted = `DROP TRIGGER IF EXISTS full_disk ON documents; SET SESSION default_transaction_read_only = off; ${readOnly('off')}`;

export const postgres: Peer = {
  name: 'PostgreSQL',
  rows,
  missing: () => needs('postgres'),
  prepare: async (t) => {
    const ground = await postgresGround(t);
    return {
      ...ground,
      lift: async () => {
        await ground.lift();
        await ground.query(lifted);
      },
    };
  },
};
