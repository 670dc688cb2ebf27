import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
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
