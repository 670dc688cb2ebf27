import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pdf } from '../fixtures/make.ts';
import { backends } from './backends.ts';
import { RawSocket } from './raw-socket.ts';
import { assertRefused, type Refusal, WatchedService } from './watched-service.ts';

/** The service judges a sender over a minute, and looks every five seconds. */
const judgedAfter = 60_000;
const judgedBy = 75_000;

const path = '/v1/documents?recordId=slow&type=paper';
const formType = 'Content-Type: multipart/form-data; boundary=b';
const formFields = ['recordId', 'type'].map(
  (name) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\npaper\r\n`,
);
const fileHead = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
/** More than the first 64 KiB, so that it is on its way into the store, and less than the minimum of one minute. */
const begun = Buffer.concat([pdf(), Buffer.alloc(100_000, ' ')]).toString('latin1');

const tooSlow: Refusal = {
  status: 408,
  code: 'too_slow',
  minimumRate: 2_048,
  detail: /Less than 2048 bytes a second arrived over a minute\. Nothing was kept; send it again/,
};

/** Each begins with some bytes at once; what follows comes one byte a second. */
const senders = [
  { what: 'a body', to: path, lines: ['Content-Length: 9000'], at: '%PDF-1.7' },
  { what: 'a body that is being stored', to: path, lines: ['Content-Length: 900000'], at: begun },
  {
    what: 'a chunked body that is being stored',
    to: path,
    lines: ['Transfer-Encoding: chunked'],
    at: `${begun.length.toString(16)}\r\n${begun}\r\nffff\r\n`,
  },
  { what: 'the fields of a form', to: '/v1/documents', lines: [formType, 'Content-Length: 9000'], at: '--b' },
  {
    what: 'the file of a form',
    to: '/v1/documents',
    lines: [formType, 'Content-Length: 900000'],
    at: formFields.join('') + fileHead + begun,
  },
];

describe('slow senders', { concurrency: true }, () => {
  for (const backend of backends) {
    test(`on ${backend.name}, are ended after a minute, and hold nobody up`, {
      skip: backend.missing(),
      concurrency: true,
    }, async (t) => {
      const service = await WatchedService.begin(t, backend, { UPLOAD_MIN_RATE: '2KiB/s' });
      const { server, api } = service;

      /** One byte a second until there is an answer; the milliseconds that took. */
      const drip = async (socket: RawSocket, byte: string): Promise<number> => {
        const since = Date.now();
        while (socket.answers().length === 0 && Date.now() - since < judgedBy) {
          await socket.send(byte);
          await sleep(1_000);
        }
        return Date.now() - since;
      };

      const slow = senders.map(({ what, to, lines, at }) =>
        t.test(`one byte a second: ${what}`, async () => {
          const socket = new RawSocket(server);
          await socket.send(socket.head('POST', to, ...lines));
          await socket.send(Buffer.from(at, 'latin1'));
          const took = await drip(socket, ' ');
          const answer = await socket.answer(0, 1_000);
          assertRefused(answer, tooSlow);
          assert.ok(took >= judgedAfter - 2_000, `judged after ${took} ms`);
          assert.equal(answer.headers.connection, 'close');
          socket.socket.end();
          await socket.assertClosed(7_000);
        }),
      );

      const heads = t.test('one byte a second: a head', async () => {
        const socket = new RawSocket(server);
        await socket.send('POST /v1/documents HTTP/1.1\r\nHost: test\r\nX-Slow: ');
        await drip(socket, 'x');
        assertRefused(await socket.answer(0, 1_000), tooSlow);
        socket.socket.end();
        await socket.assertClosed(7_000);
      });

      const json = t.test('one byte a second: JSON', async () => {
        const socket = new RawSocket(server);
        const to = '/v1/documents/01a209a9-077b-7000-a841-249e0302f56c';
        await socket.send(socket.head('PATCH', to, 'Content-Type: application/json', 'Content-Length: 9000'));
        await drip(socket, ' ');
        assertRefused(await socket.answer(0, 1_000), tooSlow);
        socket.socket.destroy();
      });

      const endless = t.test(
        'a refused client that goes on sending is cut off after half a minute',
        async () => {
          const socket = new RawSocket(server);
          await socket.send(socket.head('POST', `${path}&x=1`, 'Transfer-Encoding: chunked'));
          await socket.answer();
          const since = Date.now();
          while (Date.now() - since < 45_000 && (await socket.send('1\r\nx\r\n'))) await sleep(250);
          const took = Date.now() - since;
          assert.ok(took > 25_000 && took < 40_000, `cut off after ${took} ms`);
        },
      );

      const silent = t.test('a refused client that falls silent is let go after five seconds', async () => {
        const socket = new RawSocket(server);
        await socket.send(socket.head('POST', `${path}&x=1`, 'Content-Length: 9000'));
        await socket.answer();
        await sleep(8_000);
        // Where nobody is left, a byte is answered with a reset, and the next one can't be sent.
        await socket.send('x');
        await sleep(500);
        assert.equal(await socket.send('x'), false);
      });

      const others = t.test('meanwhile everybody else is served', async () => {
        for (const until = Date.now() + judgedAfter; Date.now() < until; await sleep(1_000)) {
          const claims = { recordId: 'good', type: 'paper' };
          const kept = await api.upload('form', claims, { size: pdf().length, body: pdf() });
          assert.equal(kept.status, 201);
          assert.equal((await api.send('DELETE', `/v1/documents/${kept.body.id}`)).status, 204);
        }
      });

      await Promise.all([...slow, heads, json, endless, silent, others]);
      await service.assertUnharmed();
      await service.assertEmptyInTheEnd();
    });
  }
});
