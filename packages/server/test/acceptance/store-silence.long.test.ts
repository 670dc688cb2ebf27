import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { needs } from '../harness.ts';
import { type Answer, ways } from './client.ts';
import { assertRefused, assertSettled, house, MB, upload } from './store-house.ts';

/** Long because it waits for the service's own time limits, which no setting shortens. */
describe('a store that falls silent', { skip: needs('s3'), concurrency: true }, () => {
  test('every call is answered within 45 seconds, however many wait, in bounded memory', async (t) => {
    const at = await house(t);
    const kept = (await upload(at.api, 'raw', 0)).body;
    await at.s3.hold();
    const timed = async (work: Promise<Answer>) => {
      const began = performance.now();
      const answer = await work;
      return { answer, seconds: (performance.now() - began) / 1_000 };
    };
    const [reads, writes] = await Promise.all([
      Promise.all(
        Array.from({ length: 10 }, () => timed(at.api.send('GET', `/v1/documents/${kept.id}/content`))),
      ),
      Promise.all(
        ways.flatMap((way) => [0, 2 * MB, 20 * MB].map((size) => timed(upload(at.api, way, size)))),
      ),
      Promise.all(Array.from({ length: 40 }, () => upload(at.api, 'raw', 4 * MB))),
      (async () => {
        await sleep(3_000);
        const began = performance.now();
        assert.equal((await fetch(`${at.server.url}/readyz`)).status, 503);
        assert.ok(performance.now() - began < 4_000);
        assert.equal((await fetch(`${at.server.url}/healthz`)).status, 200);
      })(),
    ]);
    for (const { answer, seconds } of reads) {
      await assertRefused(at.server, answer, /^UND_ERR_HEADERS_TIMEOUT$/);
      assert.ok(seconds < 15, `a read took ${seconds} s`);
    }
    for (const { answer, seconds } of writes) {
      await assertRefused(at.server, answer, /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/);
      assert.ok(seconds < 45, `a write took ${seconds} s`);
    }
    const peak =
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${at.server.pid}/status`, 'utf8'))?.[1]) / 1024;
    assert.ok(peak < 320, `${peak} MiB at the peak`);
    await at.s3.pass();
    assert.equal((await upload(at.api, 'raw', 0)).status, 201);
    await assertSettled(at);
    assert.doesNotMatch(at.server.logs(), /"level":"(fatal|error)"/);
    assert.equal(await at.server.stop(), 0);
  });

  test('a download that falls silent in the middle is ended', async (t) => {
    const at = await house(t);
    const kept = (await upload(at.api, 'raw', 40 * MB)).body;
    await at.s3.throttle(8 * MB);
    const answer = await request(`${at.server.url}/v1/documents/${kept.id}/content`, {
      headers: { authorization: `Bearer ${at.server.key}` },
      bodyTimeout: 60_000,
    });
    let received = 0;
    const ending = (async () => {
      for await (const chunk of answer.body) {
        received += chunk.length;
        if (received > MB && received < 8 * MB) await at.s3.hold();
      }
    })();
    const began = performance.now();
    await assert.rejects(ending, { code: 'UND_ERR_SOCKET' });
    assert.ok(performance.now() - began < 45_000);
    await at.s3.pass();
    assert.equal((await at.api.content(kept.id)).sha256, kept.sha256);
  });
});
