import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { openSqliteRecords } from '../../src/records/sqlite.ts';
import { testFolder } from '../harness.ts';
import { refuses, stopsStart } from './document-records-refusals.ts';
import { available, receiving } from './document-records-samples.ts';
import { begun, progress } from './document-records-uploads.ts';

const holder = fileURLToPath(new URL('./document-records-holder.ts', import.meta.url));

async function hold(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, 'hold', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return child;
}

test('a folder has one server; the next can start when that one is dead, however it died', async (t) => {
  const folder = await testFolder(t);
  const first = await hold(folder);
  t.after(() => first.kill('SIGKILL'));
  const second = openSqliteRecords({ folder });
  await assert.rejects(second.connect(), stopsStart(/Another Strongroom server .*DATA_DIR/));
  const command = openSqliteRecords({ folder, serving: false });
  await command.connect();
  await receiving(command);
  await command.close();
  first.kill('SIGKILL');
  await once(first, 'exit');
  await second.connect();
  await second.close();
});

test('one process can’t serve a folder twice either', async (t) => {
  const folder = await testFolder(t);
  const [first, second] = [openSqliteRecords({ folder }), openSqliteRecords({ folder })];
  await first.connect();
  await assert.rejects(second.connect(), stopsStart(/Another Strongroom server/));
  // The second has not taken the first one's lock from it: a process closes a file for all its threads.
  const other = promisify(execFile)(process.execPath, [holder, 'hold', folder]);
  other.child.stdin?.end();
  await assert.rejects(other, /Another Strongroom server/);
  await first.close();
  await second.connect();
  await second.close();
});

test('commands that start on a new folder at once all find it migrated', async (t) => {
  const folder = await testFolder(t);
  const all = Array.from({ length: 6 }, () => openSqliteRecords({ folder, serving: false }));
  await Promise.all(all.map((one) => one.connect()));
  await Promise.all(all.map((one) => receiving(one)));
  await Promise.all(all.map((one) => one.close()));
});

test('only the owner may read the records: they keep what signs links', async (t) => {
  const folder = await testFolder(t);
  chmodSync(folder, 0o755);
  const records = openSqliteRecords({ folder });
  await records.connect();
  await records.keepOnce('secret', 'x');
  const files = readdirSync(folder);
  assert.ok(files.includes('strongroom.db') && files.includes('strongroom.db-wal'), files.join());
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o077, 0, file);
  await records.close();
});

test('records of a newer program, or what are none, stop the start', async (t) => {
  const folder = await testFolder(t);
  const records = openSqliteRecords({ folder });
  await records.connect();
  await records.close();
  const file = join(folder, 'strongroom.db');
  const db = new DatabaseSync(file);
  assert.equal(await openSqliteRecords({ folder }).outlook(), 'use');
  db.exec('UPDATE schema_version SET number = 999');
  db.close();
  await assert.rejects(openSqliteRecords({ folder }).outlook(), stopsStart(/schema 999.*newer version/));
  await assert.rejects(openSqliteRecords({ folder }).connect(), stopsStart(/schema 999.*newer version/));

  writeFileSync(file, 'a text that somebody put here by mistake'.repeat(200));
  await assert.rejects(openSqliteRecords({ folder }).outlook(), stopsStart(/strongroom\.db.*backup/));
  await assert.rejects(openSqliteRecords({ folder }).connect(), stopsStart(/strongroom\.db.*backup/));

  writeFileSync(join(folder, 'a file'), '');
  // mkdir's own `recursive` spins for ever there.
  await assert.rejects(
    openSqliteRecords({ folder: '/proc/data' }).connect(),
    stopsStart(/\/proc\/data can't be made/),
  );
  const inFile = openSqliteRecords({ folder: join(folder, 'a file', 'data') });
  await assert.rejects(inFile.connect(), stopsStart(/a file.*DATA_DIR/));
  await assert.rejects(
    openSqliteRecords({ folder: join(folder, 'a file') }).connect(),
    stopsStart(/can't be kept in .*a file.*\(ENOTDIR\).*DATA_DIR/),
  );
});

test('100 creates at once take far fewer than 100 commits', async (t) => {
  const folder = await testFolder(t);
  const records = openSqliteRecords({ folder });
  await records.connect();
  const before = commits(folder);
  const documents = await Promise.all(Array.from({ length: 100 }, () => receiving(records)));
  const together = commits(folder) - before;
  for (let left = 10; left > 0; left--) await receiving(records);
  assert.equal(commits(folder) - before - together, 10, 'a commit for each that comes alone');
  assert.ok(together >= 1 && together <= 20, `${together} commits`);
  for (const { id } of documents) assert.equal((await records.get(id))?.id, id);
  await records.close();
});

/** Commits in the write-ahead log: frames that say how large the database became (sqlite.org/fileformat2.html §4.1). */
function commits(folder: string): number {
  const wal = join(folder, 'strongroom.db-wal');
  if (statSync(wal).size === 0) return 0;
  const log = readFileSync(wal);
  const salt = log.readBigUInt64BE(16);
  const frame = 24 + log.readUInt32BE(8);
  let found = 0;
  for (let at = 32; at + frame <= log.length && log.readBigUInt64BE(at + 8) === salt; at += frame) {
    if (log.readUInt32BE(at + 4) > 0) found++;
  }
  return found;
}

for (const [how, kill] of [
  ['ended', (worker: Worker) => void worker.terminate()],
  ['killed by an exception', (worker: Worker) => worker.postMessage(7)],
] as const) {
  test(`a thread that is ${how} fails its calls and is replaced by the next`, async (t) => {
    const folder = await testFolder(t);
    const records = openSqliteRecords({ folder });
    const [[worker]] = await Promise.all([once(process, 'worker') as Promise<[Worker]>, records.connect()]);
    const kept = await available(records);
    const dead = new Promise((resolve) => worker.once('exit', resolve));
    kill(worker);
    const calls = await Promise.allSettled(Array.from({ length: 5 }, () => receiving(records)));
    await dead;
    for (const call of calls) {
      if (call.status === 'rejected') refuses('records_unavailable')(call.reason);
    }
    assert.ok(calls.some((call) => call.status === 'rejected'));
    assert.deepEqual(await records.get(kept.id), kept);
    await records.close();
    await assert.rejects(records.ping(), refuses('records_unavailable'));
  });
}

test('an upload whose server is killed as it goes on stands where it was said to stand, part by part', async (t) => {
  const folder = await testFolder(t);
  const child = spawn(process.execPath, [holder, 'advance', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.split('\n').length > 30) child.kill('SIGKILL');
  }
  const [id = '', ...numbers] = said.split('\n').slice(0, -1);
  const records = openSqliteRecords({ folder });
  await records.connect();
  const [upload, parts] = [await records.takeUpload(id), await records.uploadParts(id)];
  assert.ok(parts.length >= numbers.length && parts.length <= numbers.length + 1);
  assert.deepEqual([upload.offset, upload.state], [8 * parts.length, { at: 8 * parts.length }]);
  assert.deepEqual(
    parts.map(({ number }) => number),
    parts.map((_, index) => index + 1),
  );
  await records.close();
});

test('an upload that was taken out of the queue, as docs/operating.md says, never expires, and goes on', async (t) => {
  const folder = await testFolder(t);
  const records = openSqliteRecords({ folder });
  await records.connect();
  const id = await begun(records);
  const db = new DatabaseSync(join(folder, 'strongroom.db'));
  db.exec(
    `UPDATE documents SET due_at = NULL WHERE state IN ('receiving', 'abandoned', 'deleted', 'purging')`,
  );
  db.close();
  assert.ok((await records.takeUpload(id)).expiresAt.getFullYear() > 9_999);
  await records.advanceUpload(id, 1, progress(8));
  assert.ok(((await records.findUpload(id))?.expiresAt.getFullYear() ?? 0) < 9_999);
  await records.close();
});

test('a disk that takes no more fails the write, says why, and leaves what was written', async (t) => {
  const folder = await testFolder(t);
  // A limit on the size of a file, in KiB, is as good as a full disk: the write is refused.
  const command = `ulimit -f 4000; exec "$0" "$1" fill "$2"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, holder, folder]);
  const { code, cause, written, readable } = JSON.parse(stdout);
  assert.equal(code, 'records_unavailable');
  assert.match(cause, /^SQLITE_(IOERR|FULL)$/);
  assert.ok(written > 10);
  assert.equal(readable, true);
  const records = openSqliteRecords({ folder });
  await records.connect();
  await receiving(records);
  await records.close();
});
