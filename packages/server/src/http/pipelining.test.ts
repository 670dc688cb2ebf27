import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDoors } from '../../test/doors/open-doors.ts';
import { RawClient } from '../../test/doors/raw-client.ts';

const ask = 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n';
const count = (text: string, part: string) => text.split(part).length - 1;

test('of requests that don’t wait for answers, a connection has sixteen begun at once', async (t) => {
  const answer = Promise.withResolvers<{ ok: boolean; checks: { store: boolean; records: boolean } }>();
  let asked = 0;
  const { port } = await openDoors(t, {
    readiness: () => {
      asked++;
      return answer.promise;
    },
  });
  const client = new RawClient(port);
  await client.send(ask.repeat(300));
  const other = new RawClient(port);
  await other.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await other.heard('{"ok":true}');
  assert.equal(asked, 16);
  answer.resolve({ ok: true, checks: { store: true, records: true } });
  await client.heard('"code":"busy"');
  client.socket.end();
  await client.closed;
  assert.equal(count(client.received, 'HTTP/1.1 200 OK'), 16);
  assert.equal(count(client.received, '"code":"busy"'), 1);
  other.socket.destroy();
});

test('as many as one likes may come one after another', async (t) => {
  const { port } = await openDoors(t);
  const client = new RawClient(port);
  for (let round = 1; round <= 4; round++) {
    await client.send(ask.repeat(10));
    while (count(client.received, 'HTTP/1.1 200 OK') < 10 * round)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(!client.received.includes('busy'));
  client.socket.destroy();
});
