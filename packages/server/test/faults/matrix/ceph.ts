/** What happens when S3 fails. Held by Ceph behind the proxy. */
import { needs } from '../../harness.ts';
import { anHourAhead, brings, type Cell, fine, type Peer, type Row } from './cells.ts';
import { cephGround } from './ground.ts';
import { oneChunk } from './page.ts';

const refused: Cell = ['503 store_unavailable', 'store_unavailable', 'abandoned'];
/** What was stored stays, and the upload goes on. */
const held: Cell = ['503 store_unavailable', 'store_unavailable', 'receiving'];
/** S3 can't be used at all. */
const away: Row['cells'] = {
  ...fine,
  raw: refused,
  form: refused,
  chunked: refused,
  tus: held,
  download: ['503 store_unavailable', 'store_unavailable', 'untouched'],
  purge: ['204', 'store_unavailable', 'purging'],
  start: ['waits', 'store_unavailable', 'untouched'],
};
const broken = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

const said = (status: string, code: string) => {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;
  return `HTTP/1.1 ${status}\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
};
/** An upload looks at its key first. */
const writes = /^(PUT|POST) /;
const slowDown = said('503 Service Unavailable', 'SlowDown');
const full = said('403 Forbidden', 'QuotaExceeded');

const rows: readonly Row[] = [
  {
    fault: 'S3 answers late (every piece by 30 ms)',
    causes: [],
    order: async ({ proxy }) => proxy?.delay(30),
    together: true,
    cells: fine,
  },
  {
    fault: 'S3 is slow (1 MB/s)',
    causes: [],
    order: async ({ proxy }) => proxy?.throttle(1_000_000),
    together: true,
    cells: fine,
  },
  {
    fault: 'S3 refuses connections',
    causes: ['ECONNREFUSED', ...broken],
    order: async ({ proxy }) => proxy?.refuse(),
    together: true,
    cells: away,
  },
  {
    fault: 'S3 is silent (a black hole)',
    causes: ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'TimeoutError'],
    order: async ({ proxy }) => proxy?.hold(),
    together: true,
    cells: away,
  },
  {
    fault: 'connections to S3 have died without a word (half-open)',
    causes: [],
    order: async ({ proxy }) => proxy?.halfOpen(),
    together: true,
    cells: fine,
  },
  {
    fault: 'connections break while a request is sent',
    causes: broken,
    order: async ({ proxy }, call) =>
      proxy?.cut('up', { raw: 100_000, form: 3_000_000, chunked: 3_000_000 }[call as 'raw'] ?? 100),
    size: { raw: 300_000, form: 6_000_000, chunked: 9_000_000 },
    cells: away,
  },
  {
    fault: 'every answer of S3 is lost',
    causes: [...broken, 'HPE_INVALID_EOF_STATE'],
    order: async ({ proxy }) => proxy?.cut('down', 1),
    together: true,
    cells: away,
  },
  {
    fault: 'one answer of S3 is lost',
    causes: broken,
    order: async ({ proxy }, call) =>
      proxy?.cut('down', 1, { once: true, to: brings(call) ? writes : undefined }),
    cells: { ...fine, start: ['waits', 'store_unavailable', 'untouched'] },
  },
  {
    fault: 'an answer of S3 breaks off in the middle of an object',
    causes: broken,
    order: async ({ proxy }) => proxy?.cut('down', 100_000),
    cells: { download: ['cut', 'store_unavailable', 'untouched'] },
  },
  {
    fault: 'an answer of S3 ends before the object does (a short read)',
    causes: broken,
    order: async ({ proxy }) => proxy?.cut('down', 100_000, { how: 'end' }),
    cells: { download: ['cut', 'store_unavailable', 'untouched'] },
  },
  {
    fault: 'a bit of a document flips on its way from S3',
    causes: [],
    order: async ({ proxy }) => proxy?.flip('down', 100_000),
    cells: { download: ['cut', 'internal', 'untouched'] },
    note: oneChunk,
  },
  {
    fault: 'a bit of a document of up to 1 MiB flips on its way to S3',
    causes: ['XAmzContentSHA256Mismatch'],
    order: async ({ proxy }) => proxy?.flip('up', 100_000),
    cells: { raw: refused, form: refused, chunked: refused, tus: held },
  },
  {
    fault: 'a bit of a larger document flips on its way to S3',
    causes: [],
    order: async ({ proxy }) => proxy?.flip('up', 1_000_000),
    size: { raw: 2_000_000, form: 6_000_000, chunked: 9_000_000 },
    cells: {
      raw: ['201', null, 'altered'],
      form: ['201', null, 'altered'],
      chunked: ['201', null, 'altered'],
    },
    note: 'Over plain HTTP, to an engine that checks no checksums of streams: nothing can notice it before it is read. On AWS, or with TLS on the way, it is refused.',
  },
  {
    fault: 'S3 answers once with 503 SlowDown',
    causes: ['SlowDown'],
    order: async ({ proxy }) => proxy?.answer(slowDown, { once: true }),
    cells: { ...fine, start: ['waits', 'store_unavailable', 'untouched'] },
  },
  {
    fault: 'S3 answers everything with 503 SlowDown',
    // An answer to HEAD has no body to name it.
    causes: ['SlowDown', 'HTTP503'],
    order: async ({ proxy }) => proxy?.answer(slowDown),
    together: true,
    cells: away,
  },
  {
    fault: 'the bucket is full (403 QuotaExceeded)',
    causes: ['QuotaExceeded'],
    order: async ({ proxy }) => proxy?.answer(full, { to: writes }),
    cells: {
      ...fine,
      raw: refused,
      form: refused,
      chunked: refused,
      tus: held,
      start: ['stops', null, 'untouched'],
    },
    note: 'A first start, which marks the bucket, has to write.',
  },
  {
    ...anHourAhead,
    causes: ['RequestTimeTooSkewed', 'HTTP403'],
    cells: { ...away, start: ['stops', null, 'untouched'] },
  },
];

export const ceph: Peer = {
  name: 'S3',
  rows,
  missing: () => needs('s3'),
  prepare: cephGround,
};
