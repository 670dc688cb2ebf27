/** Uploads that stop and go on, in Node, against the real service on both backends. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import {
  type Progress,
  type RunningUpload,
  Strongroom,
  type UploadOptions,
  type UploadPlace,
  type UploadPlaces,
  type UploadState,
} from '@strongroom/client';
import { diskAndSqlite, s3AndPostgres, startOn } from '../../server/test/acceptance/backends.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { paddedPdf } from '../../server/test/fixtures/make.ts';
import type { Ending, TestServer } from '../../server/test/harness.ts';
import { failure, otherServer, page } from './pages-of-others.ts';

const bytes = await buffer(paddedPdf(3_000_000).body);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const file = new File([bytes], 'scan.pdf', { type: 'application/pdf', lastModified: 1_700_000_000_000 });
const [mebi, rate] = [2 ** 20, 4_000_000];

/** As from a scanner that knows no time: only a byte in its midst, and so its digest, is another. */
const otherBytes = Buffer.from(bytes);
otherBytes[500_000] = (otherBytes[500_000] ?? 0) ^ 1;
const otherSha256 = createHash('sha256').update(otherBytes).digest('hex');
const other = new File([otherBytes], file.name, { type: file.type, lastModified: file.lastModified });

/** A store of places as an app may give one. */
function kept(): UploadPlaces & { readonly all: Map<string, UploadPlace> } {
  const all = new Map<string, UploadPlace>();
  return {
    all,
    get: async (fingerprint) => all.get(fingerprint),
    set: async (place) => void all.set(place.fingerprint, place),
    delete: async (fingerprint) => void all.delete(fingerprint),
    list: async () => [...all.values()],
  };
}

/** States of what is left of uploads, but for what was given up. */
async function left(strongroom: Strongroom, recordId: string): Promise<string[]> {
  const states: string[] = [];
  for await (const { state } of strongroom.list({ recordId, state: 'all' }))
    if (state !== 'abandoned') states.push(state);
  return states;
}

function ascending(told: readonly Progress[]): void {
  const sent = told.map((each) => each.sent);
  assert.deepEqual(
    sent,
    sent.toSorted((a, b) => a - b),
  );
}

/** One on each backend for all tests, of which each has a record of its own. All there before the first begins: what is left `after` goes when no test is under way. */
const services = await Promise.all(
  [diskAndSqlite, s3AndPostgres].map(async (backend) => {
    const skip = backend.missing();
    return { backend, skip, service: skip ? null : await startOn({ after }, backend) };
  }),
);

for (const { backend, skip, service } of services)
  describe(`an upload that goes on, on ${backend.name}`, { skip, concurrency: 4 }, () => {
    /** A line to the service, a client on it, and what each of its uploads asks for. */
    async function house(t: Ending & { readonly name: string }) {
      const { url, key } = service as TestServer;
      const proxy = await TcpProxy.before(t, url);
      const wanted = { recordId: `${backend.name}: ${t.name}`.slice(0, 200), type: 'contract' };
      const places = kept();
      const client = (more: object = {}) =>
        new Strongroom({ url: proxy.url, token: key, places, retries: 4, ...more });
      const options: UploadOptions = { ...wanted, transport: 'tus', chunkSize: mebi };
      const headers = { authorization: `Bearer ${key}`, 'tus-resumable': '1.0.0' };
      const bare = (method: string, id: string | null = null) =>
        fetch(`${url}/v1/uploads/${id}`, { method, headers });
      return { proxy, places, client, options, strongroom: client(), bare };
    }

    it('goes on where a lost line left it', async (t) => {
      const { proxy, places, options, strongroom } = await house(t);
      await proxy.cut('up', 700_000, { once: true, to: /^PATCH / });
      const told: Progress[] = [];
      const onProgress = (each: Progress) => void told.push(each);
      const document = await strongroom.upload(file, { ...options, onProgress });
      assert.deepEqual([document.sha256, document.filename, proxy.cuts], [sha256, 'scan.pdf', 1]);
      assert.ok(proxy.passed.up < bytes.length + 800_000, 'no more was sent again than was lost');
      ascending(told);
      assert.deepEqual(told.at(-1), { sent: bytes.length, total: bytes.length });
      assert.deepEqual([await left(strongroom, options.recordId), places.all.size], [['available'], 0]);
    });

    it('is one document when the first answer is lost, and when the last is', async (t) => {
      const { proxy, options, strongroom } = await house(t);
      await proxy.cut('down', 1, { once: true, to: /^POST \/v1\/uploads/ });
      const first = await strongroom.upload(file, options);
      assert.deepEqual([first.sha256, proxy.cuts], [sha256, 1]);
      assert.deepEqual(await left(strongroom, options.recordId), ['available']);
      await proxy.cut('down', 1, { once: true, to: /^PATCH / });
      const second = await strongroom.upload(file, { ...options, chunkSize: bytes.length });
      assert.deepEqual([second.sha256, proxy.cuts], [sha256, 2]);
      assert.deepEqual(await left(strongroom, options.recordId), ['available', 'available']);
    });

    it('is paused and resumed', async (t) => {
      const { proxy, options, strongroom } = await house(t);
      await proxy.throttle(rate);
      const [states, told]: [UploadState[], Progress[]] = [[], []];
      let running = null as RunningUpload | null;
      const paused = new Promise<void>((resolve) => {
        const upload = strongroom.startUpload(file, {
          ...options,
          chunkSize: bytes.length,
          onState: (state) => {
            states.push(state);
            if (state === 'paused') resolve();
          },
          onProgress: (each) => {
            told.push(each);
            if (states.length === 1 && each.sent > mebi) upload.pause();
          },
        });
        t.after(() => upload.cancel());
        running = upload;
      });
      await paused;
      const { sent } = told.at(-1) as Progress;
      await proxy.pass();
      assert.deepEqual([running?.state, running?.pausable, running?.transport], ['paused', true, 'tus']);
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(told.at(-1)?.sent, sent, 'nothing is sent meanwhile');
      running?.resume();
      assert.equal((await running?.done)?.sha256, sha256);
      // A busy machine may lose a line between.
      assert.deepEqual([...states.slice(0, 3), states.at(-1)], ['sending', 'paused', 'sending', 'done']);
      ascending(told);
      assert.deepEqual(await left(strongroom, options.recordId), ['available']);
    });

    it('leaves nothing when it is cancelled, on its way or paused', async (t) => {
      const { proxy, places, options, strongroom } = await house(t);
      for (const paused of [false, true]) {
        await proxy.throttle(rate);
        const upload = strongroom.startUpload(file, {
          ...options,
          onProgress: ({ sent }) => {
            if (sent < mebi) return;
            if (paused) upload.pause();
            upload.cancel();
          },
        });
        assert.equal((await failure(upload.done)).code, 'aborted');
        assert.deepEqual([upload.state, places.all.size], ['cancelled', 0]);
        await proxy.pass();
        assert.deepEqual(await left(strongroom, options.recordId), []);
      }
    });

    it('goes on in another program, which is told of it before', async (t) => {
      const { proxy, places, client, options } = await house(t);
      await proxy.cut('up', 1_500_000, { to: /^PATCH / });
      assert.equal((await failure(client({ retries: 0 }).upload(file, options))).code, 'unreachable');
      await proxy.pass();
      const strongroom = client();
      const [one] = await strongroom.unfinishedUploads();
      const { recordId, type } = options;
      const { sent = 0, ...facts } = { ...one };
      assert.ok(sent > 0 && sent < bytes.length, `${sent}`);
      assert.deepEqual(
        [facts.recordId, facts.type, facts.filename, facts.size],
        [recordId, type, 'scan.pdf', bytes.length],
      );
      let from = 0;
      const onContinued = (stored: number) => {
        from = stored;
      };
      const apart = await strongroom.upload(file, { ...options, metadata: { apart: true }, onContinued });
      assert.deepEqual([apart.sha256, from, places.all.size], [sha256, 0, 1], 'this is another upload');
      const document = await strongroom.upload(file, { ...options, onContinued });
      assert.deepEqual([document.sha256, from >= mebi, places.all.size], [sha256, true, 0]);
      assert.notEqual(document.id, apart.id);
    });

    it('goes on with no other file, be it of the same name, size, time and ends', async (t) => {
      const { proxy, places, client, options } = await house(t);
      const own = { ...options, idempotencyKey: 'mine' };
      for (const [kept, wanted] of [
        [places, options],
        [null, own],
      ] as const) {
        await proxy.cut('up', 1_500_000, { to: /^PATCH / });
        await failure(client({ places: kept, retries: 0 }).upload(file, wanted));
        await proxy.pass();
        let from = 0;
        const onContinued = (stored: number) => {
          from = stored;
        };
        const document = await client({ places: kept }).upload(other, { ...wanted, onContinued });
        assert.deepEqual([document.sha256, document.size, from], [otherSha256, bytes.length, 0]);
      }
      assert.equal(places.all.size, 0);
      assert.deepEqual(await left(client(), options.recordId), ['available', 'available']);
    });

    it('is tried at once when its user says so', async (t) => {
      const { proxy, options, strongroom } = await house(t);
      const busy = 'HTTP/1.1 503 Service Unavailable\r\nretry-after: 50\r\ncontent-length: 0\r\n\r\n';
      await proxy.answer(busy, { once: true, to: /^PATCH / });
      const states: UploadState[] = [];
      const begun = Date.now();
      const upload = strongroom.startUpload(file, {
        ...options,
        onState: (state) => {
          states.push(state);
          if (state === 'waiting') setImmediate(() => upload.resume());
        },
      });
      assert.equal((await upload.done).sha256, sha256);
      assert.ok(
        states.includes('waiting') && Date.now() - begun < 45_000,
        'it did not wait until it was told to',
      );
    });

    it('is forgotten, here and there, when somebody says so', async (t) => {
      const { proxy, client, options } = await house(t);
      await proxy.cut('up', 1_500_000, { to: /^PATCH / });
      await failure(client({ retries: 0 }).upload(file, options));
      await proxy.pass();
      const strongroom = client();
      assert.deepEqual(await left(strongroom, options.recordId), ['receiving']);
      for (const one of await strongroom.unfinishedUploads()) await one.forget();
      assert.deepEqual(
        [await strongroom.unfinishedUploads(), await left(strongroom, options.recordId)],
        [[], []],
      );
    });

    it('begins anew, once, when it has ended on the service', async (t) => {
      const { proxy, places, client, options, bare } = await house(t);
      await proxy.cut('up', 1_500_000, { to: /^PATCH / });
      await failure(client({ retries: 0 }).upload(file, options));
      await proxy.pass();
      const [place] = places.all.values();
      assert.equal((await bare('DELETE', place?.id)).status, 204);
      const document = await client().upload(file, options);
      assert.deepEqual([document.sha256, document.id === place?.id], [sha256, false]);
    });

    it('goes on with a fresh token when the one it began with is over', async (t) => {
      const { client, options } = await house(t);
      const backend = client();
      const granted = () =>
        backend.createGrant({ recordId: options.recordId, actions: ['upload'], expiresIn: 3_600 });
      const [first, second] = [await granted(), await granted()];
      const tokens = [first.token, second.token];
      const document = await client({ token: async () => tokens.shift() ?? 'none' }).upload(file, {
        ...options,
        chunkSize: 100_000,
        onProgress: ({ sent }) => {
          if (sent >= 500_000 && tokens.length === 1) void backend.revokeGrant(first.id);
        },
      });
      assert.deepEqual(
        [document.sha256, document.state],
        [sha256, 'available'],
        'told without a right to read',
      );
    });

    it('says why when its key is none any more, and keeps the place', async (t) => {
      const { proxy, places, client, options } = await house(t);
      await proxy.cut('up', 1_500_000, { to: /^PATCH / });
      await failure(client({ retries: 0 }).upload(file, options));
      await proxy.pass();
      const error = await failure(
        client({ token: 'a-key-that-was-revoked-meanwhile' }).upload(file, options),
      );
      assert.deepEqual([error.code, error.status, places.all.size], ['unauthenticated', 401, 1]);
      assert.equal((await client().upload(file, options)).sha256, sha256);
    });

    it('takes back once what another request has taken over, then leaves it', async (t) => {
      const { proxy, places, options, strongroom, bare } = await house(t);
      await proxy.throttle(rate);
      let taken = false;
      const document = await strongroom.upload(file, {
        ...options,
        chunkSize: bytes.length,
        onProgress: ({ sent }) => {
          if (taken || sent < mebi) return;
          taken = true;
          const [place] = places.all.values();
          void bare('HEAD', place?.id);
        },
      });
      assert.equal(document.sha256, sha256);
      // As one that somebody else is at hears it again and again.
      const problem = '{"code":"upload_taken_over","title":"t","id":"x"}';
      const type = 'content-type: application/problem+json';
      const head = `HTTP/1.1 423 Locked\r\n${type}\r\ncontent-length: ${problem.length}\r\nconnection: close\r\n\r\n`;
      await proxy.answer(head + problem, { to: /^PATCH / });
      const upload = strongroom.startUpload(file, options);
      assert.equal((await failure(upload.done)).code, 'upload_taken_over');
      assert.deepEqual([upload.state, proxy.answers, places.all.size], ['failed', 2, 1]);
      await proxy.pass();
      assert.equal((await strongroom.upload(file, options)).sha256, sha256);
      assert.deepEqual(await left(strongroom, options.recordId), ['available', 'available']);
    });

    it('is the same document by every transport', async (t) => {
      const { options, strongroom } = await house(t);
      const documents = await Promise.all(
        (['plain', 'tus'] as const).map((transport) =>
          strongroom.upload(file, { ...options, transport, metadata: { note: 'ä' }, filename: 'Scan ü.pdf' }),
        ),
      );
      const [plain, tus] = documents.map(
        ({ filename, contentType, size, sha256, metadata, state, recordId }) => ({
          ...{ filename, contentType, size, sha256, metadata, state, recordId },
        }),
      );
      assert.deepEqual(tus, plain);
    });

    it('is refused as a plain one is, and then nothing is kept', async (t) => {
      const { places, options, strongroom } = await house(t);
      const script = new File([`#!/bin/sh\n${'echo\n'.repeat(30_000)}`], 'scan.pdf');
      for (const transport of ['plain', 'tus'] as const) {
        const error = await failure(strongroom.upload(script, { ...options, transport, chunkSize: 50_000 }));
        assert.deepEqual([error.code, error.status, places.all.size], ['type_refused', 415, 0]);
      }
      assert.deepEqual(await left(strongroom, options.recordId), []);
    });
  });

describe('the place of an upload', () => {
  const large = new File([bytes], 'scan.pdf', { lastModified: 1 });
  const options = { recordId: 'r', type: 'contract', transport: 'tus' } as const;

  it('is kept when something in between answers in place of the service, and not when the service begins none', async (t) => {
    const unauthenticated = (response: ServerResponse) =>
      response
        .writeHead(401, { 'content-type': 'application/problem+json' })
        .end('{"code":"unauthenticated","title":"t"}');
    for (const [answer, code, count] of [
      [(response: ServerResponse) => response.end('<h1>Welcome aboard</h1>'), 'unexpected_answer', 1],
      [unauthenticated, 'unauthenticated', 0],
    ] as const) {
      const places = kept();
      const url = await otherServer(t, (incoming, response) => {
        incoming.resume();
        answer(response);
      });
      const error = await failure(new Strongroom({ url, places }).upload(large, options));
      assert.deepEqual([error.code, places.all.size], [code, count]);
    }
  });

  it('is dropped a day after it was made when the service never answered, and done without where none can be read', async () => {
    const places = kept();
    const [url, hour] = ['http://127.0.0.1:9', 3_600_000];
    const place = { url, recordId: 'r', type: 't', size: 1, transport: 'tus', id: null, sent: 0 } as const;
    for (const hours of [1, 25])
      await places.set({
        ...place,
        ...{ fingerprint: `${hours}`, filename: `${hours} h`, idempotencyKey: 'k', expiresAt: null },
        ...{ prefix: { bytes: 0, hash: '' }, createdAt: new Date(Date.now() - hours * hour).toISOString() },
      });
    const unfinished = await new Strongroom({ url, places }).unfinishedUploads();
    assert.deepEqual([unfinished.map(({ filename }) => filename), [...places.all.keys()]], [['1 h'], ['1']]);
    const list = async () => Promise.reject(new Error('private'));
    assert.deepEqual(await new Strongroom({ url, places: { ...places, list } }).unfinishedUploads(), []);
  });
});

describe('which way a file goes', () => {
  it('is asked for by each upload: one that is cancelled meanwhile takes no other with it', async (t) => {
    let asked = 0;
    const url = await otherServer(t, (request, response): unknown => {
      request.resume();
      const json = (body: object, status: number) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url !== '/v1/caller')
        return request.on('end', () => json({ id: '1', state: 'available' }, 201));
      // The first is never answered.
      return asked++ === 0 ? first.cancel() : json({ transports: ['plain'] }, 200);
    });
    const strongroom = new Strongroom({ url });
    const large = Buffer.alloc(9 * mebi);
    const first = strongroom.startUpload(large, { recordId: 'r', type: 'other' });
    const second = strongroom.startUpload(large, { recordId: 'r', type: 'other' });
    assert.equal((await failure(first.done)).code, 'aborted');
    assert.equal((await second.done).id, '1');
  });

  it('is in smaller pieces where a proxy takes no larger body', async (t) => {
    const { url, key } = services.at(0)?.service ?? assert.fail('there is one on disk');
    const proxy = await otherServer(t, (incoming, response) => {
      if (Number(incoming.headers['content-length'] ?? 0) > mebi) return page(413)(incoming, response);
      const onward = request(
        new URL(incoming.url ?? '/', url),
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      return incoming.pipe(onward);
    });
    const strongroom = new Strongroom({ url: proxy, token: key });
    const upload = strongroom.startUpload(file, { recordId: 'behind a proxy', type: 'contract' });
    assert.deepEqual([(await upload.done).sha256, upload.transport], [sha256, 'tus']);
    const error = await failure(
      strongroom.upload(file, { recordId: 'behind a proxy', type: 'contract', transport: 'plain' }),
    );
    assert.equal(error.code, 'too_large');
  });

  it('is plain up to 8 MiB and for streams, and where the service has no other', async (t) => {
    const asked: string[] = [];
    const offers: string[][] = [['plain', 'tus'], ['plain']];
    const url = await otherServer(t, (request, response): unknown => {
      request.resume();
      asked.push(`${request.method} ${request.url?.split('?')[0]}`);
      const json = (body: object, status = 200) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url === '/v1/caller') return json({ transports: offers.shift() });
      if (request.method === 'POST' && request.url === '/v1/uploads')
        return response.writeHead(201, { location: 'uploads/1', 'upload-offset': '0' }).end();
      if (request.method === 'PATCH')
        return request.on('end', () => response.writeHead(204, { 'upload-offset': String(9 * mebi) }).end());
      return request.on('end', () => json({ id: '1', state: 'available' }, 201));
    });
    const options = { recordId: 'r', type: 'other', chunkSize: 9 * mebi };
    const [small, large] = [randomBytes(1_000), Buffer.alloc(9 * mebi)];
    const strongroom = new Strongroom({ url });
    await strongroom.upload(small, options);
    await strongroom.upload(large, options);
    await strongroom.upload(large, options);
    assert.deepEqual(asked, [
      'POST /v1/documents',
      'GET /v1/caller',
      ...Array.from({ length: 2 }, () => [
        'POST /v1/uploads',
        'PATCH /v1/uploads/1',
        'GET /v1/uploads/1',
      ]).flat(),
    ]);
    asked.length = 0;
    await new Strongroom({ url }).upload(large, options);
    assert.deepEqual(asked, ['GET /v1/caller', 'POST /v1/documents']);
  });
});
