import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createNodeServer, type IncomingMessage, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pdf } from '../../test/fixtures/make.ts';
import type { DocumentsPort, ReadableDocument } from '../documents/documents-port.ts';
import { everything } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import type { ByteRange } from '../objects/object-store.ts';
import type { Doors } from './doors.ts';
import { createServer, type HttpServer } from './server.ts';

/** The documents' side of the door: one document, whose bytes come from `opened`. */
const bytes = Buffer.concat([pdf(), Buffer.alloc(300_000, 'padding ')]);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const etag = `"${sha256}"`;
const path = '/v1/documents/0/content';

interface Opened {
  range: ByteRange | undefined;
  signal: AbortSignal | undefined;
  body: Readable;
}
let opened: Opened[] = [];
let lines: string[] = [];
/** How the log says that each request ended. */
let requests: string[] = [];
/** Codes that were counted. */
let counted: string[] = [];
let facts: { contentType: string; filename: string; size: number };
/** Milliseconds that the records take. */
let readsAfter = 0;
let open: (range: ByteRange | undefined) => Readable;

function whole(range: ByteRange | undefined): Readable {
  const part = range ? bytes.subarray(range.first, range.last + 1) : bytes;
  const chunks: Buffer[] = [];
  for (let at = 0; at < part.length; at += 65_536) chunks.push(part.subarray(at, at + 65_536));
  return Readable.from(chunks, { objectMode: false });
}

const documents = {
  types: [],
  async read(): Promise<ReadableDocument> {
    await new Promise((resolve) => setTimeout(resolve, readsAfter));
    const document = {
      id: '0',
      ...facts,
      sha256,
      createdAt: new Date('2026-01-31T12:00:00Z'),
    };
    return {
      document: document as ReadableDocument['document'],
      async open(range, signal) {
        const body = open(range);
        opened.push({ range, signal, body });
        return body;
      },
      async read(_atMost, range, signal) {
        const body = open(range);
        opened.push({ range, signal, body });
        return buffer(body);
      },
    };
  },
} as unknown as DocumentsPort;

let server: HttpServer;
const node = createNodeServer();
let port = 0;

async function ask(
  headers: Record<string, string> = {},
  { method = 'GET', query = '' } = {},
): Promise<{ answer: IncomingMessage; body: Buffer }> {
  const request = send({ port, host: '127.0.0.1', path: path + query, method, headers, agent: false }).end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { answer, body: await buffer(answer) };
}

const codeOf = (body: Buffer) => JSON.parse(body.toString()).code;

async function eventually(holds: () => boolean, within = 1_000): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < within / 10, 'it never came about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('content', { timeout: 20_000 }, () => {
  before(async () => {
    const line = (level: string) => (_facts: object, msg: string) => void lines.push(`${level}: ${msg}`);
    const info = (_facts: object, msg: string) => void requests.push(msg);
    const log = { debug: line('debug'), info, warn: line('warn'), error: line('error') };
    server = await createServer({
      documents,
      authenticate: async () => ({ actor: { kind: 'key', id: 'k' }, key: 'k', rights: everything }),
      observer: { answered() {}, refused: (code: string) => void counted.push(code) },
      log,
      trustProxy: false,
      environment: { name: null, contact: null },
      allowedOrigins: [],
      linkMode: 'stream',
      uploadMinRate: 1,
      limits: { stalled: 1_000 },
    } as unknown as Doors);
    server.attach(node);
    node.on('request', server.handler);
    await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
    port = (node.address() as AddressInfo).port;
  });
  beforeEach(() => {
    opened = [];
    lines = [];
    requests = [];
    counted = [];
    facts = { contentType: 'application/pdf', filename: 'a.pdf', size: bytes.length };
    readsAfter = 0;
    open = whole;
  });
  after(async () => {
    node.close();
    node.closeAllConnections();
    await server.close();
  });

  test('GET sends the bytes with their headers', async () => {
    const { answer, body } = await ask();
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(body, bytes);
    const { headers } = answer;
    assert.equal(headers['content-length'], String(bytes.length));
    assert.equal(headers['transfer-encoding'], undefined);
    assert.equal(headers['content-type'], 'application/pdf');
    assert.equal(headers['content-disposition'], 'attachment; filename=a.pdf');
    assert.equal(headers.etag, etag);
    assert.equal(headers['last-modified'], 'Sat, 31 Jan 2026 12:00:00 GMT');
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers['cache-control'], 'private, no-cache');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['content-security-policy'], "default-src 'none'");
    assert.equal(opened[0]?.range, undefined);
  });

  test('HEAD sends the same headers, with or without a range, and asks nothing of the store', async () => {
    const { answer: get } = await ask();
    opened = [];
    for (const headers of [{}, { range: 'bytes=0-9' }, { range: 'bytes=99999999-' }]) {
      const { answer: head, body } = await ask(headers, { method: 'HEAD' });
      assert.equal(head.statusCode, 200);
      assert.equal(body.length, 0);
      const changing = { date: '', 'x-request-id': '' };
      assert.deepEqual({ ...head.headers, ...changing }, { ...get.headers, ...changing });
    }
    assert.equal(opened.length, 0);
  });

  test('inline is granted by type, whatever is asked', async () => {
    const inline = { query: '?disposition=inline' };
    assert.equal((await ask({}, inline)).answer.headers['content-disposition'], 'inline; filename=a.pdf');
    facts = { ...facts, contentType: 'image/svg+xml', filename: 'a.svg' };
    const { answer } = await ask({}, inline);
    assert.match(answer.headers['content-disposition'] ?? '', /^attachment/);
    assert.equal(answer.headers['content-security-policy'], "sandbox; default-src 'none'");
  });

  test('an unknown or wrong parameter is refused', async () => {
    assert.equal((await ask({}, { query: '?download=1' })).answer.statusCode, 400);
    assert.equal((await ask({}, { query: '?disposition=show' })).answer.statusCode, 422);
    assert.equal((await ask({}, { query: '?disposition=inline&disposition=inline' })).answer.statusCode, 422);
    assert.equal(opened.length, 0);
  });

  test('a filename never breaks the header', async () => {
    for (const filename of ['a"b.pdf', 'a\r\nx: y.pdf', '😀.pdf', '100%41.pdf', 'a;b.pdf', 'a\ud800.pdf']) {
      facts = { ...facts, filename };
      const { answer } = await ask({}, { method: 'HEAD' });
      assert.equal(answer.statusCode, 200);
      assert.match(answer.headers['content-disposition'] ?? '', /^attachment; filename="?[\x20-\x7e]+$/);
      assert.equal(answer.headers.x, undefined);
    }
  });

  test('a range is sent as a part', async () => {
    for (const [range, first, last] of [
      ['bytes=0-99', 0, 99],
      ['bytes=100000-', 100_000, bytes.length - 1],
      ['bytes=-5', bytes.length - 5, bytes.length - 1],
    ] as const) {
      opened = [];
      const { answer, body } = await ask({ range });
      assert.equal(answer.statusCode, 206);
      assert.equal(answer.headers['content-range'], `bytes ${first}-${last}/${bytes.length}`);
      assert.equal(answer.headers['content-length'], String(last - first + 1));
      assert.equal(answer.headers.etag, etag);
      assert.deepEqual(body, bytes.subarray(first, last + 1));
      assert.deepEqual(opened[0]?.range, { first, last });
    }
  });

  test('several ranges, a malformed one and a stale If-Range get the whole', async () => {
    for (const headers of [
      { range: 'bytes=0-1,3-4' },
      { range: 'bytes=9-1' },
      { range: 'bytes=0-1', 'if-range': '"another"' },
      { range: 'bytes=0-1', 'if-range': `W/${etag}` },
      { range: 'bytes=99999999-', 'if-range': '"another"' },
    ]) {
      const { answer, body } = await ask(headers);
      assert.equal(answer.statusCode, 200);
      assert.equal(answer.headers['content-range'], undefined);
      assert.equal(body.length, bytes.length);
    }
    assert.equal((await ask({ range: 'bytes=0-1', 'if-range': etag })).answer.statusCode, 206);
  });

  test('a range outside is 416 with the size, and a problem without the content’s headers', async () => {
    const { answer, body } = await ask({ range: `bytes=${bytes.length}-` });
    assert.equal(answer.statusCode, 416);
    assert.equal(answer.headers['content-range'], `bytes */${bytes.length}`);
    assert.equal(codeOf(body), 'range_unsatisfiable');
    assert.equal(answer.headers['content-disposition'], undefined);
    assert.equal(answer.headers.etag, undefined);
  });

  test('conditions are answered with 304 and 412', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { answer, body } = await ask({ 'if-none-match': etag }, { method });
      assert.equal(answer.statusCode, 304);
      assert.equal(body.length, 0);
      assert.equal(answer.headers.etag, etag);
      assert.equal(answer.headers['cache-control'], 'private, no-cache');
      assert.equal(answer.headers['content-disposition'], undefined);
      assert.equal((await ask({ 'if-match': '"another"' }, { method })).answer.statusCode, 412);
    }
    assert.equal(codeOf((await ask({ 'if-match': '"another"' })).body), 'precondition_failed');
    assert.equal(opened.length, 0);
  });

  test('a store that refuses or fails before the first byte is a problem', async () => {
    open = () => {
      throw new StrongroomError('store_unavailable', {});
    };
    assert.equal((await ask()).answer.statusCode, 503);

    open = () => Readable.from([bytes.subarray(0, 10)]);
    assert.equal((await ask()).answer.statusCode, 503);

    open = () => {
      const body = new PassThrough();
      setImmediate(() => body.destroy(new Error('reset by peer')));
      return body;
    };
    const { answer, body } = await ask();
    assert.equal(answer.statusCode, 503);
    assert.equal(codeOf(body), 'store_unavailable');
    assert.equal(answer.headers['content-disposition'], undefined);
    assert.doesNotMatch(body.toString(), /reset by peer/);
  });

  test('a store that cuts off or runs short midway breaks the connection', async () => {
    const begin = (then: (body: PassThrough) => void) => () => {
      const body = new PassThrough();
      body.write(bytes.subarray(0, 100_000));
      setTimeout(() => then(body), 20);
      return body;
    };
    const cut = begin((body) => body.destroy(new Error('cut')));
    const short = begin((body) => body.end());
    const long = begin((body) => body.end(bytes));
    for (const store of [cut, short, long]) {
      open = store;
      lines = [];
      await assert.rejects(ask(), /aborted|hang up|ECONNRESET/);
      await eventually(() => opened.at(-1)?.body.destroyed === true);
      assert.deepEqual(lines, ['warn: an answer broke off']);
    }
    await eventually(() => requests.length === 3);
    assert.deepEqual(requests, Array(3).fill('the answer broke off'));
    assert.deepEqual(counted, Array(3).fill('store_unavailable'));
    open = whole;
    assert.equal((await ask()).answer.statusCode, 200);
  });

  test('altered bytes that show only at the end are our fault, not that of a client that went away', async () => {
    open = () => whole(undefined).map((chunk: Buffer) => Buffer.from(chunk).fill(1, chunk.length - 1));
    await assert.rejects(ask(), /aborted|hang up|ECONNRESET/);
    await eventually(() => requests.length > 0);
    assert.deepEqual(lines, ['error: an answer broke off']);
    assert.deepEqual(requests, ['the answer broke off']);
    assert.deepEqual(counted, ['internal']);
  });

  test('a client that goes away ends the store’s stream', async () => {
    let given = 0;
    facts.size = 1e12;
    open = () =>
      new Readable({
        read() {
          given += 65_536;
          this.push(Buffer.alloc(65_536));
        },
      });
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    await eventually(() => opened[0]?.body.destroyed === true);
    assert.ok(opened[0]?.signal?.aborted);
    assert.ok(given < 10_000_000);
    await eventually(() => lines.length > 0);
    assert.deepEqual(lines, ['debug: an answer broke off']);
    await eventually(() => requests.length > 0);
    assert.deepEqual(requests, ['the client went away']);
    assert.deepEqual(counted, []);
  });

  test('a client that takes nothing any more is ended, and with it the store’s stream', async () => {
    open = () =>
      new Readable({
        read() {
          this.push(Buffer.alloc(65_536));
        },
      });
    facts.size = 1e12;
    const socket = connect(port, '127.0.0.1').pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually(() => opened[0]?.body.destroyed === true, 5_000);
    assert.ok(lines.every((line) => line.startsWith('debug')));
    socket.destroy();
  });

  test('what a connection is given for a download is not what its next request is given', async () => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-4\r\n\r\n`);
    await eventually(() => heard.includes('%PDF-'));
    readsAfter = 2_500;
    socket.write(`HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually(() => heard.split('HTTP/1.1 ').length === 3, 5_000);
    socket.destroy();
  });

  test('a client that goes away while the store is silent ends the store’s stream', async () => {
    open = () => new PassThrough();
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually(() => opened.length === 1);
    socket.resetAndDestroy();
    await eventually(() => opened[0]?.body.destroyed === true);
  });

  test('a connection is kept from one download to the next', async () => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    for (let times = 1; times <= 3; times++) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-4\r\n\r\n`);
      await eventually(() => heard.split('%PDF-').length === times + 1);
    }
    socket.destroy();
  });
});
