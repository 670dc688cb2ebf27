import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hasCode } from '../errors.ts';
import { DiskDoctor } from './disk-doctor.ts';

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-disk-doctor-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function seenIn(folder: string, mostBytes = 1) {
  const { ok, checks } = await new DiskDoctor({ folder, mostBytes }).examine();
  return { ok, check: Object.fromEntries(checks.map((check) => [check.name, check])) };
}

test('a folder in order: everything works, and nothing is left in it', async (t) => {
  const folder = await emptyFolder(t);
  const { ok, check } = await seenIn(folder);
  assert.equal(ok, true);
  assert.deepEqual(Object.keys(check), ['folder', 'put', 'read', 'list', 'delete', 'free_space', 'private']);
  assert.ok(Object.values(check).every(({ result }) => result === 'works'));
  assert.deepEqual(await readdir(join(folder, '.strongroom', 'tmp')), []);
  assert.deepEqual(await readdir(join(folder, '.strongroom')), ['tmp', 'uploads']);
});

test('a folder that is not there yet is not made', async (t) => {
  const folder = await emptyFolder(t);
  const { ok, check } = await seenIn(join(folder, 'data', 'objects'));
  assert.deepEqual([ok, Object.keys(check)], [true, ['folder']]);
  assert.deepEqual(await readdir(folder), []);
});

test('something in the way, or a folder that is not ours, fails with what to do', async (t) => {
  const folder = await emptyFolder(t);
  await writeFile(join(folder, 'file'), '');
  const { ok, check } = await seenIn(join(folder, 'file'));
  assert.equal(ok, false);
  assert.match(check.folder?.detail ?? '', /Something other than a folder is in the way/);
  assert.match(check.folder?.remedy ?? '', /^Give the folder to the user/);
});

test('too little room, and others who may look in, are named and stop nothing', async (t) => {
  const folder = join(await emptyFolder(t), 'objects');
  await mkdir(folder);
  await chmod(folder, 0o755);
  const { ok, check } = await seenIn(folder, 2 ** 60);
  assert.equal(ok, true);
  assert.deepEqual([check.free_space?.result, check.private?.result], ['fails', 'fails']);
  assert.match(check.free_space?.remedy ?? '', /MAX_UPLOAD_SIZE/);
  assert.equal(check.private?.remedy, `chmod 700 ${folder}`);
});

test('it ends when nobody wants it any more', async (t) => {
  const folder = await emptyFolder(t);
  const examined = new DiskDoctor({ folder, mostBytes: 1 }).examine({ signal: AbortSignal.abort() });
  await assert.rejects(examined, (error) => hasCode(error, 'aborted'));
});
