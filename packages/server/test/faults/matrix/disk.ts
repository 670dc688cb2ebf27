/** What happens when the disk fails under the documents: the system calls of the service fail as ordered. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { anHourAhead, type Cell, fine, type Ground, type Peer, type Row } from './cells.ts';
import { diskGround } from './ground.ts';
import { oneChunk } from './page.ts';

const refused: Cell = ['503 store_unavailable', 'store_unavailable', 'abandoned'];
/** What was stored stays, and the upload goes on. */
const held: Cell = ['503 store_unavailable', 'store_unavailable', 'receiving'];
const uploadsRefused: Row['cells'] = { raw: refused, form: refused, chunked: refused, tus: held };
const readRefused: Cell = ['503 store_unavailable', 'store_unavailable', 'untouched'];
const notPurged: Cell = ['204', 'store_unavailable', 'purging'];

const objects = ({ folder }: Ground) => join(folder, 'objects');

const rows: readonly Row[] = [
  {
    fault: 'the disk is slow (every call by 30 ms)',
    causes: [],
    order: async ({ inside }) => {
      const late = { delay: 30 };
      inside({
        files: {
          read: late,
          writev: late,
          writeFile: late,
          open: late,
          mkdir: late,
          link: late,
          unlink: late,
        },
      });
    },
    together: true,
    cells: fine,
  },
  {
    fault: 'the disk is full',
    causes: ['ENOSPC'],
    order: async ({ inside }) => {
      const full = { error: 'ENOSPC' };
      inside({ files: { writev: full, writeFile: full, mkdir: full, link: full } });
    },
    together: true,
    cells: { ...fine, ...uploadsRefused, start: ['waits', 'store_unavailable', 'untouched'] },
  },
  {
    fault: 'writes are short (the rest is written by the next)',
    causes: [],
    order: async ({ inside }) => inside({ files: { writev: { atMost: 20_000 } } }),
    together: true,
    cells: fine,
  },
  {
    fault: 'reads are short (the rest is read by the next)',
    causes: [],
    order: async ({ inside }) => inside({ files: { read: { atMost: 20_000 } } }),
    together: true,
    cells: fine,
  },
  {
    fault: 'one write fails',
    causes: ['EIO'],
    order: async ({ inside }) => inside({ files: { writev: { error: 'EIO' } }, times: 1 }),
    cells: { ...fine, ...uploadsRefused, start: ['waits', 'store_unavailable', 'untouched'] },
  },
  {
    fault: 'one fsync fails',
    causes: ['EIO'],
    order: async ({ inside }) => inside({ files: { fsync: { error: 'EIO' } }, times: 1 }),
    cells: {
      ...fine,
      ...uploadsRefused,
      purge: notPurged,
      start: ['waits', 'store_unavailable', 'untouched'],
    },
  },
  {
    fault: 'one read fails',
    causes: ['EIO'],
    order: async ({ inside }) => inside({ files: { read: { error: 'EIO' } }, times: 1 }),
    cells: { ...fine, download: readRefused },
  },
  {
    fault: 'the disk has become read-only',
    causes: ['EROFS'],
    order: async ({ inside }) => {
      const readOnly = { error: 'EROFS' };
      inside({
        files: { writev: readOnly, writeFile: readOnly, mkdir: readOnly, link: readOnly, unlink: readOnly },
      });
    },
    together: true,
    cells: { ...fine, ...uploadsRefused, purge: notPurged, start: ['stops', null, 'untouched'] },
  },
  {
    fault: 'the folder is gone (a volume that is not mounted)',
    causes: ['ENOENT'],
    order: async (at) => rename(objects(at), `${objects(at)}-away`),
    together: true,
    cells: {
      raw: refused,
      form: refused,
      chunked: refused,
      tus: held,
      download: readRefused,
      list: fine.list,
      delete: fine.delete,
      purge: notPurged,
    },
  },
  {
    fault: 'a bit flips on the disk',
    causes: [],
    order: async ({ inside }) => inside({ files: { read: { flip: true } }, times: 1 }),
    cells: { download: ['cut', 'internal', 'untouched'] },
    note: oneChunk,
  },
  {
    fault: 'a bit flips on its way to the disk',
    causes: [],
    order: async ({ inside }) => inside({ files: { writev: { flip: true } }, times: 1 }),
    cells: {
      raw: ['201', null, 'altered'],
      form: ['201', null, 'altered'],
      chunked: ['201', null, 'altered'],
      tus: ['204', null, 'altered'],
    },
    note: 'Nothing can notice it before it is read.',
  },
  {
    ...anHourAhead,
    causes: [],
    cells: fine,
  },
];

export const disk: Peer = {
  name: 'the disk',
  rows,
  missing: () => false,
  prepare: async (t) => {
    const ground = await diskGround(t);
    return {
      ...ground,
      lift: async () => {
        await ground.lift();
        await rename(`${objects(ground)}-away`, objects(ground)).catch(() => {});
      },
    };
  },
};
