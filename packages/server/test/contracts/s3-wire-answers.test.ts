import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, StartError, type StrongroomError } from '../../src/errors.ts';
import type { S3Store } from '../../src/objects/s3.ts';
import { type Arrived, fault, reply } from './s3-recorder.ts';
import { agreeable, calls, impatient, MiB, options, ours, stream, unavailable, wired } from './s3-wire.ts';

describe('S3 on the wire: what is answered', () => {
  const put = (store: S3Store, bytes = Buffer.from('abc')) => store.put('k', bytes, options);
  const large = randomBytes(4 * MiB);
  const putLarge = (store: S3Store) => store.put('k', stream(large), { ...options, size: large.length });
  const once = (answer: (arrived: Arrived) => unknown, when: (arrived: Arrived) => boolean) => {
    let done = false;
    return agreeable((arrived) => {
      if (done || !when(arrived)) return false;
      done = true;
      return answer(arrived);
    });
  };

  it('503, then success: a buffered body and a buffered part are sent again', async () => {
    for (const part of [false, true]) {
      let refused = 0;
      const { server, store } = await wired(
        agreeable(async ({ url, read, response }) => {
          if (part !== url.includes('partNumber') || refused === 2) return false;
          refused += 1;
          await read();
          return reply(
            response,
            refused === 1 ? 503 : 500,
            {},
            fault(refused === 1 ? 'SlowDown' : 'InternalError'),
          );
        }),
      );
      const body = randomBytes(part ? 9 * MiB : 100);
      await store.put('k', part ? stream(body) : body, options);
      const puts = server.requests.filter(({ method }) => method === 'PUT');
      assert.equal(puts.length, part ? 4 : 3);
      assert.ok(puts[0]?.body.equals(puts[2]?.body ?? Buffer.alloc(0)));
    }
  });

  it('503 every time: three tries, then store_unavailable with what S3 said', async () => {
    const { server, store } = await wired(async ({ read, response, method }) => {
      await read();
      reply(response, method === 'HEAD' ? 404 : 503, {}, method === 'HEAD' ? '' : fault('SlowDown'));
    });
    const cause = await unavailable(put(store), 'SlowDown', 503);
    assert.equal(cause.message, 'PutObject k: SlowDown (HTTP 503), request request-1');
    assert.equal(server.requests.filter(({ method }) => method === 'PUT').length, 3);
  });

  it('a stream is sent once only, and is destroyed', async () => {
    const { server, store } = await wired(
      agreeable(async ({ method, read, response }) => {
        if (method !== 'PUT') return false;
        await read();
        return reply(response, 503, {}, fault('SlowDown'));
      }),
    );
    const body = stream(large);
    await unavailable(store.put('k', body, { ...options, size: large.length }), 'SlowDown', 503);
    assert.ok(body.destroyed);
    assert.deepEqual(calls(server), ['PUT /b/k', 'HEAD /b/k'], 'and the key is looked at');
  });

  for (const lingering of [true, false]) {
    it(`an early 403 is read while the body is still being sent${lingering ? '' : ', by a server that hangs up'}`, async () => {
      const { store } = await wired(({ response, socket }) => {
        const body = fault('AccessDenied', '<AWSAccessKeyId>AKIA-key</AWSAccessKeyId>');
        reply(response, 403, { connection: 'close' }, body);
        if (!lingering) response.on('finish', () => socket.end());
      });
      let sent = 0;
      const endless = new Readable({
        async read() {
          await sleep(1);
          sent += 65_536;
          this.push(randomBytes(65_536));
        },
      });
      await unavailable(store.put('k', endless, { ...options, size: 1024 * MiB }), 'AccessDenied', 403);
      assert.ok(endless.destroyed && sent < 64 * MiB);
    });
  }

  it('a lost answer: our own object at the key is success', async () => {
    for (const send of [put, putLarge]) {
      let size = -1;
      const { store } = await wired(async ({ method, read, response, socket, headers }) => {
        const { body } = await read();
        if (method === 'HEAD') return reply(response, 200, { ...ours, 'content-length': String(size) });
        if (size >= 0 && headers['if-none-match'])
          return reply(response, 412, {}, fault('PreconditionFailed'));
        size = body.length;
        return socket.destroy();
      });
      assert.equal((await send(store)).etag, '"ours"');
    }
  });

  it('a lost answer: another object at the key, or ours of another size, is object_exists', async () => {
    const others = [
      { etag: '"x"', 'content-length': '3' },
      { ...ours, 'content-length': '4' },
    ];
    for (const other of others) {
      const { store } = await wired(async ({ method, read, response, socket }) => {
        await read();
        if (method === 'HEAD') reply(response, 200, other);
        else socket.destroy();
      });
      await assert.rejects(put(store), (error) => hasCode(error, 'object_exists'));
    }
  });

  it('412 with nothing at the key any more is store_unavailable', async () => {
    const { store } = await wired(
      once(
        async ({ read, response }) => {
          await read();
          reply(response, 412, {}, fault('PreconditionFailed'));
        },
        ({ method }) => method === 'PUT',
      ),
    );
    await unavailable(put(store), 'PreconditionFailed', 412);
  });

  it('409 on the condition is tried again', async () => {
    const { server, store } = await wired(
      once(
        async ({ read, response }) => {
          await read();
          reply(response, 409, {}, fault('ConditionalRequestConflict'));
        },
        ({ method }) => method === 'PUT',
      ),
    );
    await put(store);
    assert.deepEqual(calls(server), ['PUT /b/k', 'PUT /b/k']);
  });

  it('501 on the condition: goes without it after a look, and remembers', async () => {
    const { server, store } = await wired(
      agreeable(async ({ method, headers, read, response }) => {
        if (method !== 'PUT' || !headers['if-none-match']) return false;
        await read();
        return reply(response, 501, {}, fault('NotImplemented'));
      }),
    );
    await put(store);
    await putLarge(store);
    assert.deepEqual(calls(server), ['PUT /b/k', 'HEAD /b/k', 'PUT /b/k', 'HEAD /b/k', 'PUT /b/k']);
  });

  it('a store not known to heed the condition is looked at first; one known not to is not even asked', async () => {
    for (const conditionalWrites of [null, false]) {
      const { server, store } = await wired(agreeable(), {}, { profile: { conditionalWrites } });
      await put(store);
      assert.deepEqual(calls(server), ['HEAD /b/k', 'PUT /b/k']);
      assert.equal(
        server.requests[1]?.headers['if-none-match'],
        conditionalWrites === null ? '*' : undefined,
      );
      const taken = await wired(
        async ({ read, response }) => {
          await read();
          reply(response, 200, { etag: '"x"' });
        },
        {},
        { profile: { conditionalWrites } },
      );
      await assert.rejects(put(taken.store), (error) => hasCode(error, 'object_exists'));
      assert.deepEqual(calls(taken.server), ['HEAD /b/k']);
    }
  });

  it('where versions are known to be kept, all are removed even if the delete’s answer names none', async () => {
    const { server, store } = await wired(agreeable(), {}, { profile: { versioned: true } });
    await store.remove('k');
    assert.ok(calls(server).some((call) => /^GET .*versions=/.test(call)));
  });

  const completing = ({ method, url }: Arrived) => method === 'POST' && url.includes('uploadId');
  const inParts = (store: S3Store) => store.put('k', stream(randomBytes(9 * MiB)), options);

  it('an error inside the 200 of a completion is an error, tried again when it passes', async () => {
    const inside =
      (code: string) =>
      async ({ read, response }: Arrived) => {
        await read();
        reply(response, 200, {}, fault(code));
      };
    const passing = await wired(once(inside('InternalError'), completing));
    assert.equal((await inParts(passing.store)).etag, '"done-1"');
    const lasting = await wired(
      agreeable((arrived) => (completing(arrived) ? inside('InvalidPart')(arrived) : false)),
    );
    await unavailable(inParts(lasting.store), 'InvalidPart', 200);
    assert.equal(calls(lasting.server).at(-1), 'DELETE /b/k?uploadId=u%2F1');
  });

  it('a completion without an ETag, or answered by NoSuchUpload after its answer was lost, is looked at', async () => {
    for (const answers of [['<R><ETag></ETag></R>'], ['', fault('NoSuchUpload')]]) {
      let completed = false;
      const { store } = await wired(
        agreeable(async (arrived) => {
          const { method, read, response, socket } = arrived;
          if (method === 'HEAD' && completed) {
            return reply(response, 200, { ...ours, 'content-length': String(9 * MiB) });
          }
          if (!completing(arrived)) return false;
          await read();
          completed = true;
          const answer = answers.shift() ?? '';
          if (answer === '') return socket.destroy();
          return reply(response, answer.includes('Error') ? 404 : 200, {}, answer);
        }),
      );
      assert.equal((await inParts(store)).etag, '"ours"');
    }
  });

  it('a completion that somebody forestalled is object_exists, and the parts go', async () => {
    let taken = false;
    const { server, store } = await wired(
      agreeable(async (arrived) => {
        if (arrived.method === 'HEAD' && taken) return reply(arrived.response, 200, { etag: '"x"' });
        if (!completing(arrived)) return false;
        taken = true;
        await arrived.read();
        return reply(arrived.response, 412, {}, fault('PreconditionFailed'));
      }),
    );
    await assert.rejects(inParts(store), (error) => hasCode(error, 'object_exists'));
    assert.equal(calls(server).at(-1), 'DELETE /b/k?uploadId=u%2F1');
  });

  it('a part that is refused ends the upload', async () => {
    const { server, store } = await wired(
      agreeable(async ({ url, read, response }) => {
        if (!url.includes('partNumber=2')) return false;
        await read();
        return reply(response, 403, {}, fault('AccessDenied'));
      }),
    );
    await unavailable(inParts(store), 'AccessDenied', 403);
    assert.equal(calls(server).at(-1), 'DELETE /b/k?uploadId=u%2F1');
  });

  it('a store that swallows everything is given up in bounded time', async () => {
    const { store } = await wired(() => {}, {}, impatient);
    const started = Date.now();
    await unavailable(putLarge(store), 'UND_ERR_HEADERS_TIMEOUT', null);
    await unavailable(store.connect(), 'UND_ERR_HEADERS_TIMEOUT', null);
    assert.ok(Date.now() - started < 10_000);
  });

  it('a download that stalls or is cut raises store_unavailable, never a short body', async () => {
    for (const [cut, code] of [
      [true, 'UND_ERR_SOCKET'],
      [false, 'UND_ERR_BODY_TIMEOUT'],
    ] as const) {
      const { store } = await wired(
        ({ response, socket }) => {
          response.writeHead(200, { 'content-length': '100000', etag: '"x"' });
          response.write(Buffer.alloc(50_000), () => cut && socket.end());
        },
        {},
        impatient,
      );
      const { body, size } = await store.open('k');
      assert.equal(size, 100_000);
      await unavailable(buffer(body), code, null);
      await unavailable(store.read('k', { atMost: 100_000 }), code, null);
    }
  });

  it('a download without a length, or of the whole where a range was asked for, is refused', async () => {
    const chunked = await wired(({ response }) => response.writeHead(200, { etag: '"x"' }).end('abc'));
    await unavailable(chunked.store.open('k'), 'NoContentLength', 200);
    const whole = await wired(({ response }) => reply(response, 200, { etag: '"x"' }, 'abc'));
    const range = { first: 0, last: 1 };
    await unavailable(whole.store.open('k', { range }), 'RangeIgnored', 200);
    await unavailable(whole.store.read('k', { atMost: 2, range }), 'AnswerTooLong', null);
    await unavailable(whole.store.read('k', { atMost: 3, range }), 'RangeIgnored', 200);
  });

  it('416 tells the size by Content-Range, by its body, or the object is asked', async () => {
    const ways = [
      { headers: { 'content-range': 'bytes */77' }, body: '' },
      { headers: {}, body: fault('InvalidRange', '<ActualObjectSize>77</ActualObjectSize>') },
      { headers: {}, body: '' },
    ];
    for (const { headers, body } of ways) {
      const { store } = await wired(({ method, response }) =>
        method === 'HEAD'
          ? reply(response, 200, { 'content-length': '77' })
          : reply(response, 416, headers, body),
      );
      const open = store.open('k', { range: { first: 100, last: 200 } });
      await assert.rejects(open, (error) => {
        assert.deepEqual((error as StrongroomError).parameters, { size: 77 });
        return hasCode(error, 'range_unsatisfiable');
      });
    }
  });

  it('a missing bucket is not a missing object, and a forbidden look is not "nothing there"', async () => {
    const { store } = await wired(({ method, response }) =>
      method === 'HEAD' ? reply(response, 403) : reply(response, 404, {}, fault('NoSuchBucket')),
    );
    await unavailable(store.open('k'), 'NoSuchBucket', 404);
    await unavailable(store.read('k', { atMost: 3 }), 'NoSuchBucket', 404);
    await unavailable(store.remove('k'), 'NoSuchBucket', 404);
    await unavailable(store.stat('k'), 'HTTP403', 403);
  });

  it('a refusal of any length is a refusal, and what is read of it has an end', async () => {
    const { store } = await wired(({ response }) =>
      reply(response, 403, {}, fault('AccessDenied', `<More>${'x'.repeat(20 * MiB)}</More>`)),
    );
    await unavailable(store.read('k', { atMost: 3 }), 'AccessDenied', 403);
    await unavailable(store.open('k'), 'AccessDenied', 403);
  });

  it('an abandoned upload or download takes its connection along; others are used again', async () => {
    const used: Socket[] = [];
    const { store } = await wired(
      agreeable(({ method, response, socket }) => {
        used.push(socket);
        if (method !== 'GET') return false;
        response.writeHead(200, { 'content-length': '10000000', etag: '"x"' });
        return response.write(Buffer.alloc(100_000));
      }),
    );
    const steps = [
      () => put(store),
      () => put(store),
      async () => (await store.open('k')).body.destroy(),
      () => put(store),
      () =>
        assert.rejects(store.put('k', stream(randomBytes(2 * MiB)), { ...options, size: 3 * MiB }), (error) =>
          hasCode(error, 'length_mismatch'),
        ),
      () => put(store),
    ];
    for (const step of steps) {
      await step();
      await sleep(20);
    }
    assert.deepEqual(
      used.map((socket) => [used[0], used[3], used[5]].indexOf(socket)),
      [0, 0, 0, 1, 1, 2],
      'GET and the cut PUT were the last on theirs',
    );
  });
});

describe('S3 on the wire: connect', () => {
  const answers: [string, number, Record<string, string>, string, RegExp][] = [
    [
      'another region, by header',
      301,
      { 'x-amz-bucket-region': 'eu-west-1' },
      fault('PermanentRedirect'),
      /S3_REGION=eu-west-1/,
    ],
    [
      'another region, by body',
      400,
      {},
      fault('AuthorizationHeaderMalformed', '<Region>ap-south-1</Region>'),
      /S3_REGION=ap-south-1/,
    ],
    ['no permission', 403, {}, fault('AccessDenied'), /s3:ListBucket.*AccessDenied \(HTTP 403\)/],
    ['something that is not S3', 404, {}, '<html>not here</html>', /S3_ENDPOINT.*HTTP404/],
  ];
  for (const [what, status, headers, body, said] of answers) {
    it(`stops the start with one line for ${what}`, async () => {
      const { store } = await wired(({ response }) => reply(response, status, headers, body));
      await assert.rejects(store.connect(), (error) => {
        assert.ok(error instanceof StartError, String(error));
        assert.match(error.message, said);
        assert.match(error.message, /^The bucket "b" at http.*$/);
        assert.doesNotMatch(error.message, /\n|AKIA|the-secret|never to be shown/);
        return true;
      });
    });
  }

  it('stops the start with one line when the bucket lists but refuses the first write', async () => {
    const { store } = await wired(({ response, method }) =>
      method === 'GET'
        ? reply(response, 200, {}, '<ListBucketResult></ListBucketResult>')
        : reply(response, 400, {}, fault('AccessControlListNotSupported')),
    );
    const use = async () => void (await store.put('k', Buffer.from('x'), { ...options, size: 1 }));
    await assert.rejects(store.connect(use), (error) => {
      assert.match(String(error), /S3_ACL=none.*AccessControlListNotSupported \(HTTP 400\)/);
      return error instanceof StartError;
    });
  });

  it('stops the start with one line that names the seconds for a clock that is off', async () => {
    const { store } = await wired(({ response }) => {
      const date = new Date(Date.now() - 3_600_000).toUTCString();
      reply(response, 403, { date }, fault('RequestTimeTooSkewed'));
    });
    await assert.rejects(store.connect(), (error) => {
      assert.match(String(error), /^StartError: .*clock is off \((3600|3601) seconds ahead\)/);
      return error instanceof StartError;
    });
  });

  it('raises store_unavailable at once for an S3 that is out of order', async () => {
    const { server, store } = await wired(async ({ read, response }) => {
      await read();
      reply(response, 503, {}, fault('SlowDown'));
    });
    await unavailable(store.connect(), 'SlowDown', 503);
    assert.deepEqual(calls(server), ['GET /b/?encoding-type=url&list-type=2&max-keys=1&prefix=']);
  });
});
