import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createStrongroom, readSettings, StartError } from './index.ts';

test('a start that ends because the port is taken leaves nothing running in the app that called it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-compose-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await writeFile(join(folder, 'strongroom.config.json'), JSON.stringify({ lifecycle: { every: '10ms' } }));
  const { settings } = await readSettings({ PORT: String(port), DATA_DIR: 'data' }, { cwd: folder });
  const lines: string[] = [];
  const log = pino(
    new Writable({
      write(line, _, done) {
        lines.push(String(line));
        done();
      },
    }),
  );
  const strongroom = await createStrongroom(settings, { log });
  await assert.rejects(strongroom.start(), StartError);
  await sleep(100);
  assert.deepEqual(lines, []);
});

test('a second start is refused, and the first goes on', async (t) => {
  const strongroom = await quiet(t);
  const [first, second] = await Promise.allSettled([strongroom.start(), strongroom.start()]);
  assert.equal(second.status, 'rejected');
  assert(first.status === 'fulfilled' && first.value.url !== null);
  await assert.rejects(strongroom.start(), /started before/);
  assert.equal((await fetch(`${first.value.url}/readyz`)).status, 200);
  await strongroom.stop();
  await assert.rejects(fetch(`${first.value.url}/healthz`));
});

test('a stop in the middle of a start ends it, and nothing listens', async (t) => {
  const strongroom = await quiet(t);
  const starting = assert.rejects(strongroom.start(), /it was stopped/);
  await strongroom.stop();
  await starting;
});

test('two stops at once are one, and no start comes after', async (t) => {
  const strongroom = await quiet(t);
  await Promise.all([strongroom.stop(), strongroom.stop()]);
  await assert.rejects(strongroom.start(), /it was stopped/);
});

test('a start that the operator must mend is not waited for once it is over', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-compose-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'first-key'), 'no key');
  const { settings } = await readSettings({ DATA_DIR: 'data' }, { cwd: folder });
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const strongroom = await createStrongroom(settings, { log: pino({ level: 'silent' }) });
  await assert.rejects(strongroom.start(), StartError);
  assert.equal(timers(), before);
});

async function quiet(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-compose-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { settings } = await readSettings({ PORT: '0', DATA_DIR: 'data' }, { cwd: folder });
  const strongroom = await createStrongroom(settings, { log: pino({ level: 'silent' }) });
  t.after(() => strongroom.stop());
  return strongroom;
}
