import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { authorization, openDoors } from '../../test/doors/open-doors.ts';
import { RawClient } from '../../test/doors/raw-client.ts';
import { StrongroomError } from '../errors.ts';

const megabyte = Buffer.alloc(1_000_000, 'x');
const lingering = { total: 1_000, silence: 250 };

const head = (more: string, path = '/v1/documents?recordId=r&type=other', key = authorization) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\n${more}\r\n\r\n`;

/** The answers that came back, one after another. */
function answersOf(received: string) {
  return received
    .split(/(?=HTTP\/1\.1 )/)
    .filter((text) => text !== '')
    .map((text) => {
      const [top = '', body = ''] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(top)?.[1] ?? 0);
      return {
        status: Number(top.slice(9, 12)),
        closes: /connection: close/i.test(top),
        problem: /problem\+json/.test(top),
        whole: body.length === length,
        code: body === '' ? null : (JSON.parse(body).code as string | undefined),
        json: body === '' ? null : JSON.parse(body),
      };
    });
}

test('a refusal reaches a client that sends 50 MB before it reads', async (t) => {
  const doors = await openDoors(t);
  const cases: [string, number, string][] = [
    [head('Content-Length: 50000000', '/v1/documents?recordId=r&type=small'), 413, 'too_large'],
    [head('Content-Length: 50000000', undefined, 'Bearer wrong'), 401, 'unauthenticated'],
    [
      head('Content-Length: 50000000', '/v1/documents?recordId=r&type=nonsense'),
      422,
      'unknown_document_type',
    ],
    [head('Content-Length: 50000000', '/v1/documents?recordId=r&type=other&x=1'), 400, 'unknown_parameter'],
    [head('Content-Length: 50000000', '/v1/nothing'), 404, 'route_missing'],
    [head('Content-Length: 50000000', '/v1/storage'), 405, 'method_not_allowed'],
    [
      head('Content-Length: 50000000\r\nContent-Type: multipart/form-data; boundary=b', '/v1/documents'),
      400,
      'invalid_form',
    ],
    [
      head('Content-Length: 50000000\r\nContent-Type: application/json', '/v1/documents/x/links'),
      422,
      'invalid_input',
    ],
  ];
  for (const [text, status, code] of cases) {
    const client = new RawClient(doors.port);
    client.socket.pause();
    await client.send(text);
    for (let sent = 0; sent < 50; sent++)
      assert.ok(await client.send(megabyte), `${code}: cut after ${sent} MB`);
    client.socket.resume();
    client.socket.end();
    assert.equal(await client.closed, 'end', code);
    const [answer, more] = answersOf(client.received);
    assert.equal(more, undefined);
    assert.deepEqual(
      [answer?.status, answer?.code, answer?.closes, answer?.whole],
      [status, code, true, true],
    );
  }
  assert.equal(doors.documents.kept.size, 0);
});

test('a refusal after the head was read, and in the middle of the body, reaches the client as well', async (t) => {
  const doors = await openDoors(t);
  doors.documents.consume = async (bytes) => {
    for await (const chunk of bytes) if (chunk.includes('EVIL')) return Buffer.from('EVIL');
    return Buffer.from('x');
  };
  for (const framing of ['Content-Length: 20000004', 'Transfer-Encoding: chunked']) {
    const client = new RawClient(doors.port);
    client.socket.pause();
    const chunked = framing.startsWith('T');
    const part = (bytes: Buffer | string) =>
      chunked
        ? Buffer.concat([
            Buffer.from(`${bytes.length.toString(16)}\r\n`),
            Buffer.from(bytes),
            Buffer.from('\r\n'),
          ])
        : bytes;
    await client.send(head(framing));
    await client.send(part('EVIL'));
    for (let sent = 0; sent < 20; sent++) assert.ok(await client.send(part(megabyte)));
    if (chunked) await client.send('0\r\n\r\n');
    client.socket.resume();
    await client.heard('type_refused');
    assert.deepEqual(
      answersOf(client.received).map(({ status, whole }) => [status, whole]),
      [[415, true]],
    );
    client.socket.end();
    assert.equal(await client.closed, 'end');
  }
});

test('a refused client that sends for ever is cut at the limit', async (t) => {
  const doors = await openDoors(t, { limits: { lingering: { total: 1_000, silence: 60_000 } } });
  const endless = new RawClient(doors.port);
  await endless.send(head('Content-Length: 50000000', '/v1/documents?recordId=r&type=small'));
  const began = Date.now();
  while (await endless.send('more')) await sleep(20);
  assert.ok(Date.now() - began > 900, 'it has its time');
  assert.match(endless.received, /too_large/);
});

test('a refused client that falls silent is cut before the limit', async (t) => {
  const doors = await openDoors(t, { limits: { lingering: { total: 60_000, silence: 1_000 } } });
  const silent = new RawClient(doors.port);
  const ended = once(silent.socket, 'end');
  await silent.send(head('Content-Length: 50000000', '/v1/documents?recordId=r&type=small'));
  await silent.heard('too_large');
  await ended;
  assert.equal(await connections(doors.server), 1, 'our side closes at once, and goes on reading');
  const quiet = Date.now();
  while ((await connections(doors.server)) > 0) await sleep(50);
  assert.ok(Date.now() - quiet < 30_000, 'the limit is what cut it');
  silent.socket.destroy();
});

const connections = (server: import('node:http').Server) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

test('after a refused body that was read to its end the connection is kept', async (t) => {
  const doors = await openDoors(t);
  const client = new RawClient(doors.port);
  await client.send(`${head('Content-Length: 4')}EVIL`);
  await client.heard('type_refused');
  await client.send(`${head('Content-Length: 4')}body`);
  await client.heard('201 Created');
  client.socket.destroy();
});

test('100-continue is sent when the upload may go on, and only then', async (t) => {
  const doors = await openDoors(t, { limits: { lingering } });
  const expect = (path?: string, key?: string) =>
    head('Content-Length: 4\r\nExpect: 100-continue', path, key);
  const good = new RawClient(doors.port);
  await good.send(expect());
  await good.heard('HTTP/1.1 100 Continue\r\n\r\n');
  assert.ok(!good.received.includes('201'));
  await good.send('body');
  await good.heard('201 Created');
  await good.send(expect('/v1/documents?recordId=r2&type=other'));
  await sleep(30);
  await good.send('body');
  await good.heard('"recordId":"r2"');
  good.socket.destroy();

  const cases: [string | undefined, string | undefined, string][] = [
    [undefined, 'Bearer wrong', 'unauthenticated'],
    ['/v1/documents?recordId=r&type=nonsense', undefined, 'unknown_document_type'],
    ['/v1/documents?recordId=r&type=other&metadata=%7B', undefined, 'invalid_input'],
  ];
  for (const [path, key, code] of cases) {
    const client = new RawClient(doors.port);
    await client.send(expect(path, key));
    await client.heard(code);
    assert.ok(!client.received.includes('100 Continue'), code);
    client.socket.destroy();
  }

  const json = new RawClient(doors.port);
  const { id } = [...doors.documents.kept.values()][0]?.document ?? assert.fail();
  await json.send(
    head(
      'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-Continue',
      `/v1/documents/${id}/links`,
    ),
  );
  await json.heard('100 Continue');
  await json.send('{}');
  await json.heard('201 Created');
  json.socket.destroy();

  const odd = new RawClient(doors.port);
  await odd.send(`${head('Content-Length: 4\r\nExpect: tea')}body`);
  await odd.heard('201 Created');
  odd.socket.destroy();
});

test('one byte a second is ended with too_slow, in a body, a form and JSON; a slow store is not the sender’s fault', async (t) => {
  const doors = await openDoors(t, { uploadMinRate: 100, limits: { lingering, rateWindow: 240 } });
  const form = 'Content-Type: multipart/form-data; boundary=b';
  const filePart = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
  const field = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const cases = [
    head('Content-Length: 1000'),
    head('Transfer-Encoding: chunked'),
    head(`Content-Length: 1000\r\n${form}`, '/v1/documents'),
    `${head(`Content-Length: 1000\r\n${form}`, '/v1/documents')}${field('recordId', 'r')}${field('type', 'other')}${filePart}`,
    head('Content-Length: 1000\r\nContent-Type: application/json', '/v1/documents/x/links'),
  ];
  for (const text of cases) {
    const client = new RawClient(doors.port);
    const began = Date.now();
    await client.send(text);
    const drip = setInterval(() => void client.send(text.includes('chunked') ? '1\r\nx\r\n' : 'x'), 50);
    await client.heard('too_slow');
    clearInterval(drip);
    assert.ok(Date.now() - began > 200);
    assert.equal(answersOf(client.received)[0]?.status, 408);
    client.socket.destroy();
  }

  const slowStore: typeof doors.documents.consume = async (bytes) => {
    const chunks: Buffer[] = [];
    for await (const chunk of bytes) {
      chunks.push(chunk);
      if (chunks.length < 4) await sleep(300);
    }
    return Buffer.concat(chunks);
  };
  doors.documents.consume = slowStore;
  const patient = new RawClient(doors.port);
  await patient.send(head('Content-Length: 1000000'));
  await patient.send(megabyte);
  await patient.heard('201 Created');
  patient.socket.destroy();

  // Fast enough on the whole: pauses are allowed.
  doors.documents.consume = async (bytes) => Buffer.concat(await bytes.toArray());
  const bursts = new RawClient(doors.port);
  await bursts.send(head('Content-Length: 300'));
  for (let sent = 0; sent < 6; sent++) {
    await sleep(100);
    await bursts.send('x'.repeat(50));
  }
  await bursts.heard('201 Created');
  bursts.socket.destroy();
});

test('the head of a request has its time too', async (t) => {
  const doors = await openDoors(t, { limits: { lingering, headers: 200 } });
  const client = new RawClient(doors.port);
  await client.send('POST /v1/documents HTTP/1.1\r\nHost:');
  await client.heard('too_slow');
  assert.equal(answersOf(client.received)[0]?.status, 408);
  client.socket.destroy();
});

test('a body shorter than declared is answered where the client can still hear', async (t) => {
  const doors = await openDoors(t, { limits: { lingering } });
  const form = 'Content-Type: multipart/form-data; boundary=b';
  const cases: [string, string, number][] = [
    [`${head('Content-Length: 100')}short`, 'length_mismatch', 5],
    [`${head(`Content-Length: 100\r\n${form}`, '/v1/documents')}--b\r\n`, 'length_mismatch', 5],
    [
      `${head('Content-Length: 100\r\nContent-Type: application/json', '/v1/documents/x/links')}{"exp`,
      'length_mismatch',
      5,
    ],
  ];
  for (const [text, code, received] of cases) {
    const client = new RawClient(doors.port);
    client.socket.end(text);
    assert.equal(await client.closed, 'end');
    const [answer] = answersOf(client.received);
    assert.deepEqual(
      [answer?.status, answer?.code, answer?.json.declared, answer?.json.received],
      [400, code, 100, received],
    );
    assert.ok(answer?.closes);
  }
  const chunked = new RawClient(doors.port);
  chunked.socket.end(`${head('Transfer-Encoding: chunked')}5\r\nshort`);
  await chunked.closed;
  assert.deepEqual(
    answersOf(chunked.received).map(({ status, code }) => [status, code]),
    [[400, 'invalid_request']],
  );

  const garbled = new RawClient(doors.port);
  await garbled.send(`${head('Transfer-Encoding: chunked')}5\r\nshort\r\nnonsense\r\n`);
  await garbled.heard('invalid_request');
  garbled.socket.destroy();
  assert.equal(doors.documents.kept.size, 0);
});

test('a client that has said all and closed its side still hears the answer', async (t) => {
  const doors = await openDoors(t);
  doors.documents.consume = async (bytes) => {
    const all = Buffer.concat(await bytes.toArray());
    await sleep(100);
    return all;
  };
  const client = new RawClient(doors.port);
  client.socket.end(`${head('Content-Length: 4')}body`);
  assert.equal(await client.closed, 'end');
  assert.equal(answersOf(client.received)[0]?.status, 201);
});

test('bytes after the declared length: the document stands, the surplus is answered 400, the connection is closed', async (t) => {
  const doors = await openDoors(t, { limits: { lingering } });
  doors.documents.consume = async (bytes) => {
    const all = Buffer.concat(await bytes.toArray());
    await sleep(100);
    return all;
  };
  for (const surplus of ['surplus that is no request', `surplus${'x'.repeat(3_000_000)}`, '\0\0\0']) {
    const client = new RawClient(doors.port);
    await client.send(`${head('Content-Length: 4')}body${surplus}`);
    await client.heard('invalid_request');
    const answers = answersOf(client.received);
    assert.deepEqual(
      answers.map(({ status, whole, problem }) => [status, whole, problem]),
      [
        [201, true, false],
        [400, true, true],
      ],
    );
    client.socket.end();
    assert.equal(await client.closed, 'end');
  }
  assert.equal(doors.documents.kept.size, 3);
});

test('what is no HTTP is answered in words and the connection closed', async (t) => {
  const doors = await openDoors(t, { limits: { lingering } });
  for (const text of [
    'nonsense\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    '\x16\x03\x01\x02\0\x01',
  ]) {
    const client = new RawClient(doors.port);
    await client.send(text);
    await client.heard('invalid_request');
    const [answer] = answersOf(client.received);
    assert.deepEqual([answer?.status, answer?.closes, answer?.whole], [400, true, true]);
    client.socket.end();
    assert.equal(await client.closed, 'end');
  }
});

test('a client that goes away at any time ends its upload and nothing else', async (t) => {
  const doors = await openDoors(t);
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  t.after(() => process.off('unhandledRejection', note).off('uncaughtException', note));
  const reasons: unknown[] = [];
  let taken = 0;
  doors.documents.consume = async (bytes, signal) => {
    taken += 1;
    const left = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reasons.push((signal.reason as { code: string }).code);
        reject(signal.reason);
      });
    });
    // Also a whole body stays until its client has gone.
    return Promise.race([left, bytes.toArray().then(() => left)]);
  };
  const form = head('Content-Length: 1000\r\nContent-Type: multipart/form-data; boundary=b', '/v1/documents');
  // With how many uploads each begins.
  for (const [text, begins] of [
    ['POST /v1', 0],
    [head('Content-Length: 1000'), 1],
    [`${head('Content-Length: 1000')}some`, 1],
    [`${head('Content-Length: 4')}body`, 1],
    [`${head('Transfer-Encoding: chunked')}4\r\nbo`, 1],
    [`${head('Content-Length: 4')}body${head('Content-Length: 100')}more`, 2],
    [form, 0],
    [`${form}--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx`, 0],
    [head('Content-Length: 9\r\nContent-Type: application/json', '/v1/documents/x/links'), 0],
  ] as const) {
    const begun = taken + begins;
    const client = new RawClient(doors.port);
    await client.send(text);
    await sleep(30);
    while (taken < begun) await sleep(10);
    assert.equal(taken, begun, text);
    client.socket.resetAndDestroy();
    await client.closed;
  }
  while ((await connections(doors.server)) > 0 || reasons.length < taken) await sleep(10);
  assert.deepEqual(
    reasons,
    Array.from({ length: 6 }, () => 'aborted'),
  );
  const told = () => doors.lines.some(({ msg, status }) => msg === 'the client went away' && status === null);
  while (!told()) await sleep(10);
  assert.deepEqual(rejections, []);
  assert.equal(doors.documents.kept.size, 0);
  assert.ok(!doors.lines.some(({ level }) => level === 'error'), JSON.stringify(doors.lines));
  doors.documents.consume = async (bytes) => Buffer.concat(await bytes.toArray());
  assert.equal(
    (await doors.fetch('/v1/documents?recordId=r&type=other', { method: 'POST', body: 'x' })).status,
    201,
  );
  assert.equal(reasons.length, 6);
});

test('a GET with a body is answered, and its body is not read for ever', async (t) => {
  const doors = await openDoors(t, { limits: { lingering } });
  const body = { method: 'POST', body: 'content' };
  const { id } = (await (await doors.fetch('/v1/documents?recordId=r&type=other', body)).json()) as {
    id: string;
  };
  for (const [path, words] of [
    [`/v1/documents/${id}/content`, 'content'],
    ['/healthz', 'ok'],
  ] as const) {
    const client = new RawClient(doors.port);
    await client.send(head('Transfer-Encoding: chunked', path).replace('POST', 'GET'));
    await client.heard(words);
    const began = Date.now();
    while (await client.send('1\r\nx\r\n')) await sleep(20);
    assert.ok(Date.now() - began < 20_000);
  }
});

test('an upload that the service itself ends is told to come again', async (t) => {
  const doors = await openDoors(t);
  doors.documents.consume = () => {
    throw new StrongroomError('aborted', { reason: 'the service stops' });
  };
  const answer = await doors.fetch('/v1/documents?recordId=r&type=other', { method: 'POST', body: 'x' });
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
  assert.equal(((await answer.json()) as { code: string }).code, 'busy');
});

test('a request that arrives while the service stops ends its connection', async (t) => {
  const doors = await openDoors(t);
  doors.documents.consume = async (bytes) => {
    const all = Buffer.concat(await bytes.toArray());
    doors.server.close();
    return all;
  };
  const client = new RawClient(doors.port);
  await client.send(`${head('Content-Length: 4')}body`);
  await client.heard('201 Created');
  client.socket.end();
  assert.equal(await client.closed, 'end');
  assert.deepEqual(
    answersOf(client.received).map(({ status, closes }) => [status, closes]),
    [[201, true]],
  );
});
