/** What happens when the disk fails under SQLite. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Cell, fine, type Peer, type Row } from './cells.ts';
import { diskGround } from './ground.ts';

const run = promisify(execFile);

const refused = (leaves: Cell[2]): Cell => ['503 records_unavailable', 'records_unavailable', leaves];
const unwritable: Row['cells'] = {
  ...fine,
  raw: refused('nothing'),
  form: refused('nothing'),
  chunked: refused('nothing'),
  // What was stored stays, and the upload goes on.
  tus: refused('receiving'),
  delete: refused('untouched'),
  purge: refused('untouched'),
};

const { start: _, ...unwritableWhileRunning } = unwritable;

/** The kernel refuses the process every byte that would make a file longer (setrlimit(2), RLIMIT_FSIZE). */
async function limitFiles(pid: number, bytes: number | 'unlimited'): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

const rows: readonly Row[] = [
  {
    fault: 'the disk takes no byte more',
    causes: ['SQLITE_IOERR', 'SQLITE_FULL'],
    order: async ({ pid }) => limitFiles(pid, 0),
    together: true,
    cells: unwritableWhileRunning,
  },
  {
    fault: 'SQLite says that the disk is full',
    causes: ['SQLITE_FULL'],
    order: async ({ inside }) =>
      inside({ sqlite: { on: 'write', code: 13, message: 'database or disk is full' } }),
    together: true,
    cells: { ...unwritable, start: ['waits', 'records_unavailable', 'untouched'] },
  },
  {
    fault: 'one write of SQLite fails',
    causes: ['SQLITE_IOERR'],
    order: async ({ inside }) =>
      inside({ sqlite: { on: 'write', code: 10, message: 'disk I/O error' }, times: 1 }),
    cells: { ...unwritable, start: ['waits', 'records_unavailable', 'untouched'] },
  },
  {
    fault: 'SQLite can’t read its file',
    causes: ['SQLITE_IOERR'],
    order: async ({ inside }) => inside({ sqlite: { on: 'read', code: 10, message: 'disk I/O error' } }),
    together: true,
    cells: {
      ...unwritable,
      download: refused('untouched'),
      list: refused('untouched'),
      start: ['waits', 'records_unavailable', 'untouched'],
    },
  },
];

export const sqlite: Peer = {
  name: 'SQLite',
  rows,
  missing: () => false,
  prepare: async (t) => {
    const ground = await diskGround(t);
    const lifted = {
      ...ground,
      lift: async () => {
        await ground.lift();
        await limitFiles(lifted.pid, 'unlimited');
      },
    };
    return lifted;
  },
};
