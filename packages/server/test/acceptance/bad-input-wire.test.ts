import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pdf } from '../fixtures/make.ts';
import { backends } from './backends.ts';
import type { ApiDocument } from './client.ts';
import { RawSocket } from './raw-socket.ts';
import { assertRefused, limits, paperTypes, type Refusal, WatchedService } from './watched-service.ts';

const file = pdf();
/** Long enough that the store is at work before the last byte has come. */
const long = Buffer.concat([file, Buffer.alloc(3_000_000, ' ')]);
const path = '/v1/documents?recordId=bad&type=paper';
const formType = 'Content-Type: multipart/form-data; boundary=b';
const formHead = Buffer.from(
  [
    '--b\r\nContent-Disposition: form-data; name="recordId"\r\n\r\nbad\r\n',
    '--b\r\nContent-Disposition: form-data; name="type"\r\n\r\npaper\r\n',
    '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n',
  ].join(''),
);
const lengthOf = (bytes: number) => `Content-Length: ${bytes}`;
const chunked = 'Transfer-Encoding: chunked';
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

const lengthMismatch = (declared: number, received: number): Refusal => ({
  status: 400,
  code: 'length_mismatch',
  declared,
  received,
  detail: new RegExp(
    `${declared} bytes were declared and ${received} arrived\\. Nothing was kept; send it again`,
  ),
});
const notHttp = (detail: RegExp): Refusal => ({ status: 400, code: 'invalid_request', detail });
const unauthenticated: Refusal = { status: 401, code: 'unauthenticated', detail: /Send an API key/ };
const refusedText: Refusal = {
  status: 415,
  code: 'type_refused',
  detected: 'text/html',
  accepted: paperTypes,
  detail: /The file is text\/html\. Accepted here: application\/pdf/,
};

/** The ways in which a body can stop before its end: the head's lines, and what is sent of the body. */
const cutShort = [
  { what: 'raw, in its first bytes', path, lines: [lengthOf(10_000)], sent: file },
  { what: 'raw, while it is stored', path, lines: [lengthOf(long.length + 1)], sent: long },
  {
    what: 'form, in its fields',
    path: '/v1/documents',
    lines: [formType, lengthOf(10_000)],
    sent: formHead.subarray(0, 90),
  },
  {
    what: 'form, in its file',
    path: '/v1/documents',
    lines: [formType, lengthOf(10_000)],
    sent: Buffer.concat([formHead, file]),
  },
  {
    what: 'form, while it is stored',
    path: '/v1/documents',
    lines: [formType, lengthOf(long.length + 100_000)],
    sent: Buffer.concat([formHead, long]),
  },
  { what: 'chunked, in its first bytes', path, lines: [chunked], sent: chunk(file) },
  { what: 'chunked, while it is stored', path, lines: [chunked], sent: chunk(long) },
  { what: 'chunked, inside a chunk', path, lines: [chunked], sent: chunk(file).subarray(0, -20) },
];

const brokenChunks = [
  { what: 'a chunk without a size', sent: Buffer.from('\r\n') },
  { what: 'a size that is no number', sent: Buffer.from('many\r\nbytes\r\n0\r\n\r\n') },
  { what: 'a size below zero', sent: Buffer.from('-5\r\nbytes\r\n0\r\n\r\n') },
  { what: 'a chunk longer than its size', sent: Buffer.from('3\r\nbytes\r\n0\r\n\r\n') },
  { what: 'a broken chunk after good ones', sent: Buffer.concat([chunk(long), Buffer.from('zz\r\n\r\n')]) },
];

/** Milliseconds; before a silent client is cut (lingering of http/doors.ts), on a busy machine too. */
const atOnce = 4_500;

/** A conversation on a connection of its own, closed whatever happens. */
async function talk(service: WatchedService, about: (socket: RawSocket) => Promise<void>): Promise<void> {
  const socket = new RawSocket(service.server);
  try {
    await about(socket);
  } finally {
    socket.socket.destroy();
  }
}

async function sending(service: WatchedService, lines: Buffer | string, refusal: Refusal, within = atOnce) {
  let requestId = '';
  await talk(service, async (socket) => {
    await socket.send(lines);
    const answer = await socket.answer();
    assertRefused(answer, refusal);
    assert.equal(answer.headers.connection, 'close');
    requestId = answer.headers['x-request-id'] ?? 'none';
    socket.socket.end();
    await socket.assertClosed(within);
  });
  await service.assertUnharmed();
  assert.ok(service.server.logs().includes(`"requestId":"${requestId}"`), 'the log says nothing of it');
}

async function bodies(t: TestContext, service: WatchedService): Promise<void> {
  for (const { what, path, lines, sent } of cutShort) {
    await t.test(`shorter than declared, and the client listens: ${what}`, async () => {
      const declared = lines.join().match(/Content-Length: (\d+)/)?.[1];
      await talk(service, async (socket) => {
        await socket.send(socket.head('POST', path, ...lines));
        await socket.send(sent);
        socket.socket.end();
        const refusal =
          declared === undefined
            ? notHttp(/The chunked body ended before its last chunk\. Nothing was kept; send it again/)
            : lengthMismatch(Number(declared), sent.length);
        assertRefused(await socket.answer(), refusal);
        await socket.assertClosed(atOnce);
      });
      await service.assertUnharmed();
    });

    await t.test(`the client goes away: ${what}`, async () => {
      const before = service.server.logs().length;
      await talk(service, async (socket) => {
        await socket.send(socket.head('POST', path, ...lines));
        await socket.send(sent);
        await sleep(50);
        socket.socket.resetAndDestroy();
      });
      await service.assertUnharmed();
      const line = service.server
        .logs()
        .slice(before)
        .match(/^.*"msg":"the client went away".*$/m)?.[0];
      assert.match(line ?? 'never logged', /"level":"info".*"route":"\/v1\/documents","status":null/);
    });
  }

  for (const { what, sent } of brokenChunks) {
    await t.test(`chunked with ${what}`, async () => {
      await talk(service, async (socket) => {
        await socket.send(socket.head('POST', path, chunked));
        await socket.send(sent);
        assertRefused(
          await socket.answer(),
          notHttp(/not encoded as RFC 9112 §7\.1 says\. Nothing was kept/),
        );
        socket.socket.end();
        await socket.assertClosed(atOnce);
      });
      await service.assertUnharmed();
    });
  }

  for (const surplus of ['x', '\r\n\r\nmore', 'GET /v1/storage HTTP/1.1\r\nHost', file.toString('latin1')]) {
    await t.test(`bytes after the declared length: ${JSON.stringify(surplus.slice(0, 30))}`, async () => {
      await talk(service, async (socket) => {
        await socket.send(socket.head('POST', path, lengthOf(file.length)));
        await socket.send(Buffer.concat([file, Buffer.from(surplus, 'latin1')]));
        const kept = await socket.answer(0);
        assert.equal(kept.status, 201);
        socket.socket.end();
        assertRefused(await socket.answer(1), notHttp(/./));
        await socket.assertClosed(7_000);
        const { id, sha256 } = kept.body as ApiDocument;
        assert.equal((await service.api.content(id)).sha256, sha256);
        assert.equal((await service.api.send('DELETE', `/v1/documents/${id}`)).status, 204);
      });
      await service.assertUnharmed();
    });
  }
}

async function refusalsInTime(t: TestContext, service: WatchedService): Promise<void> {
  const fiftyMB = Buffer.alloc(1_000_000, 'x');
  for (const { what, to, lines, refusal } of [
    {
      what: 'too large',
      to: path,
      lines: [lengthOf(50_000_000)],
      refusal: {
        status: 413,
        code: 'too_large',
        limit: limits.service,
        received: 50_000_000,
        detail: /At most \d+ bytes are accepted/,
      },
    },
    {
      what: 'an unknown type, chunked',
      to: '/v1/documents?recordId=bad&type=nope',
      lines: [chunked],
      refusal: {
        status: 422,
        code: 'unknown_document_type',
        documentType: 'nope',
        known: ['paper', 'small'],
        detail: /Known types: paper, small/,
      },
    },
    {
      what: 'a form without a boundary',
      to: '/v1/documents',
      lines: ['Content-Type: multipart/form-data', lengthOf(50_000_000)],
      refusal: { status: 400, code: 'invalid_form', detail: /names no boundary/ },
    },
  ] as const) {
    await t.test(`a client that sends 50 MB before it reads is told in time: ${what}`, async () => {
      await talk(service, async (socket) => {
        socket.socket.pause();
        await socket.send(socket.head('POST', to, ...lines));
        for (let sent = 0; sent < 50; sent++) {
          const piece = lines.some((line) => line === chunked) ? chunk(fiftyMB) : fiftyMB;
          assert.ok(await socket.send(piece), `cut off after ${sent} MB`);
        }
        socket.socket.resume();
        const answer = await socket.answer();
        assertRefused(answer, refusal);
        assert.equal(answer.headers.connection, 'close');
        socket.socket.end();
        await socket.assertClosed(atOnce);
      });
      await service.assertUnharmed();
    });
  }

  await t.test('the key comes before everything: a wrong one costs not a byte of the store', async () => {
    for (const lines of [
      [lengthOf(50_000_000)],
      [chunked],
      ['Content-Type: multipart/form-data', lengthOf(9)],
      [lengthOf(file.length), 'Expect: 100-continue'],
    ]) {
      for (const wrong of ['?nonsense=1', '?recordId=bad&type=paper']) {
        await talk(service, async (socket) => {
          const head = socket.head('POST', `/v1/documents${wrong}`, ...lines);
          await socket.send(head.replace(/Bearer \S+/, 'Bearer wrong'));
          const answer = await socket.answer();
          assertRefused(answer, unauthenticated);
          assert.equal(answer.headers['www-authenticate'], 'Bearer');
          socket.socket.end();
          await socket.assertClosed(7_000);
        });
      }
    }
    await service.assertUnharmed();
  });

  await t.test('100 Continue is said to a good upload and to no refused one', async () => {
    await talk(service, async (socket) => {
      await socket.send(socket.head('POST', path, lengthOf(file.length), 'Expect: 100-continue'));
      assert.equal((await socket.answer(0)).status, 100);
      await socket.send(file);
      const { status, body } = await socket.answer(1);
      assert.equal(status, 201);
      await service.api.send('DELETE', `/v1/documents/${(body as ApiDocument).id}`);
    });
    for (const [target, line, refusal] of [
      ['/v1/documents?recordId=bad&type=paper&x=1', lengthOf(9), 'unknown_parameter'],
      ['/v1/documents?recordId=bad&type=nope', chunked, 'unknown_document_type'],
      [path, lengthOf(limits.service + 1), 'too_large'],
      [path, lengthOf(0), 'empty_body'],
      ['/v1/documents?recordId=&type=paper', lengthOf(9), 'invalid_input'],
    ] as const) {
      await talk(service, async (socket) => {
        await socket.send(socket.head('POST', target, line, 'Expect: 100-continue'));
        const answer = await socket.answer(0);
        assert.equal((answer.body as { code: string }).code, refusal);
      });
    }
    await talk(service, async (socket) => {
      await socket.send(socket.head('POST', path, lengthOf(100_000), 'Expect: 100-continue'));
      assert.equal((await socket.answer(0)).status, 100);
      await socket.send(Buffer.alloc(99_000, '<html>'));
      assertRefused(await socket.answer(1), refusedText);
    });
    await service.assertUnharmed();
  });
}

async function nonsense(t: TestContext, service: WatchedService): Promise<void> {
  const head = (line: string, ...more: string[]) =>
    `${[line, 'Host: test', `Authorization: Bearer ${service.server.key}`, ...more].join('\r\n')}\r\n\r\n`;
  const anyProblem = notHttp(/not an HTTP request \(RFC 9112\)/);
  const tooLong = notHttp(
    /URL and the headers are too long\. Send at most 32768 bytes of them; long metadata goes in a form/,
  );
  for (const [what, sent, refusal] of [
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n', anyProblem],
    ['a method that there is not', head('FROBNICATE /v1/documents HTTP/1.1'), anyProblem],
    ['a method in lower case', head('get /v1/documents HTTP/1.1'), anyProblem],
    ['a version to come', head('GET /v1/documents HTTP/9.9'), anyProblem],
    ['a space in the URL', head('GET /v1/documents?recordId=a b HTTP/1.1'), anyProblem],
    [
      'a letter outside ASCII in the URL',
      head('GET /v1/documents?recordId=Müller HTTP/1.1'),
      notHttp(/must be percent-encoded, such as a letter outside ASCII\. Encode it as RFC 3986/),
    ],
    ['a header without a colon', head('GET /v1/documents HTTP/1.1', 'nonsense'), anyProblem],
    ['a header with NUL', head('GET /v1/documents HTTP/1.1', 'X-A: a\0b'), anyProblem],
    ['a header name with a space', head('GET /v1/documents HTTP/1.1', 'X A: b'), anyProblem],
    ['two lengths', head(`POST ${path} HTTP/1.1`, 'Content-Length: 5', 'Content-Length: 6'), anyProblem],
    ['a length that is no number', head(`POST ${path} HTTP/1.1`, 'Content-Length: 5e3'), anyProblem],
    ['a length and chunks', head(`POST ${path} HTTP/1.1`, 'Content-Length: 5', chunked), anyProblem],
    ['a long URL', head(`GET /v1/documents?recordId=${'a'.repeat(40_000)} HTTP/1.1`), tooLong],
    ['a long path', head(`GET /v1/documents/${'a'.repeat(40_000)} HTTP/1.1`), tooLong],
    ['a long header', head('GET /v1/documents HTTP/1.1', `X-Long: ${'a'.repeat(40_000)}`), tooLong],
    [
      'a key that never ends',
      head('GET /v1/documents HTTP/1.1', `Authorization: Bearer ${'a'.repeat(300_000)}`),
      tooLong,
    ],
    ['many headers', head('GET /v1/documents HTTP/1.1', ...Array<string>(9_000).fill('A: b')), tooLong],
  ] as const) {
    await t.test(what, () => sending(service, sent, refusal));
  }

  await t.test('a head that ends in the middle', async () => {
    await talk(service, async (socket) => {
      await socket.send('POST /v1/docu');
      socket.socket.end();
      assertRefused(await socket.answer(), notHttp(/The request ends in the middle of its head/));
      await socket.assertClosed(atOnce);
    });
    await service.assertUnharmed();
  });

  await t.test('connections that say nothing, and two hundred that go away at once', async () => {
    const silent = Array.from({ length: 20 }, () => new RawSocket(service.server));
    const gone = Array.from({ length: 200 }, () => new RawSocket(service.server));
    await Promise.all(gone.map((socket) => socket.send(socket.head('POST', path, lengthOf(9_999)) + file)));
    for (const { socket } of gone) socket.resetAndDestroy();
    await service.assertUnharmed();
    for (const { socket } of silent) socket.destroy();
    await service.assertUnharmed();
  });
}

describe('bad bytes on the wire', { concurrency: true }, () => {
  for (const backend of backends) {
    test(`on ${backend.name}, each is answered where somebody listens, and nothing is kept`, {
      skip: backend.missing(),
    }, async (t) => {
      const service = await WatchedService.begin(t, backend);
      await bodies(t, service);
      await refusalsInTime(t, service);
      await nonsense(t, service);
      await t.test('the chores leave nothing of all that', () => service.assertEmptyInTheEnd());
    });
  }
});
