import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StartError } from '../errors.ts';
import { Authenticator, makeKey } from './api-keys.ts';
import { forgetFirstKeyFile, settleFirstKey } from './first-key.ts';
import type { ApiKeyRecord } from './key-records.ts';

class MemoryRecords {
  rows: ApiKeyRecord[] = [];
  broken = false;

  async keys() {
    return this.rows;
  }
  async findKey(id: string) {
    return this.rows.find((row) => row.id === id) ?? null;
  }
  async createKey(row: ApiKeyRecord) {
    if (this.broken) throw new Error('the process dies here');
    assert.ok(!this.rows.some(({ id }) => id === row.id), 'a key is made twice');
    this.rows.push(row);
  }
}

async function place(t: TestContext, kind: 'sqlite' | 'postgres' = 'sqlite') {
  const parent = await mkdtemp(join(tmpdir(), 'first-key-'));
  t.after(() => rm(parent, { recursive: true }));
  const dataDir = join(parent, 'data');
  const records = new MemoryRecords();
  return {
    records,
    dataDir,
    path: join(dataDir, 'first-key'),
    /** Where the key is to be found, and that its id is told with it. */
    settle: async (terminal = false, apiKey: string | null = null) => {
      const first = await settleFirstKey(records, { apiKey, dataDir, records: { kind } }, { terminal });
      if (!('id' in first)) return first;
      const { id, ...where } = first;
      assert.ok(records.rows.some((row) => row.id === id));
      return where;
    },
    opens: (key: string) => new Authenticator(records, null).authenticate(`Bearer ${key.trim()}`),
  };
}

test('a set key needs nothing more', async (t) => {
  const { records, settle, dataDir } = await place(t);
  assert.deepEqual(await settle(false, 'x'.repeat(24)), { kind: 'set' });
  assert.equal(records.rows.length, 0);
  await assert.rejects(stat(dataDir), { code: 'ENOENT' });
});

test('off a terminal the key lies in a file for the owner alone, and it opens', async (t) => {
  const { records, settle, path, dataDir, opens } = await place(t);
  assert.deepEqual(await settle(), { kind: 'file', path });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dataDir), ['first-key']);
  assert.equal(records.rows[0]?.name, 'first');
  await opens(await readFile(path, 'utf8'));
});

test('a second start names the same file and makes no key, on a terminal too', async (t) => {
  const { records, settle, path } = await place(t);
  await settle();
  const before = await readFile(path, 'utf8');
  assert.deepEqual(await settle(), { kind: 'file', path });
  assert.deepEqual(await settle(true), { kind: 'file', path });
  assert.equal(await readFile(path, 'utf8'), before);
  assert.equal(records.rows.length, 1);
});

test('on a terminal the key is handed out to be printed, and then its file goes', async (t) => {
  const { settle, dataDir, opens } = await place(t);
  const first = await settle(true);
  assert.equal(first.kind, 'printed');
  if (first.kind === 'printed') await opens(first.key);
  await forgetFirstKeyFile(dataDir);
  assert.deepEqual(await readdir(dataDir), []);
  assert.deepEqual(await settle(true), { kind: 'exists' });
});

test('a start that dies before it printed leaves the key in its file', async (t) => {
  const { settle, path, opens } = await place(t);
  await settle(true);
  assert.deepEqual(await settle(true), { kind: 'file', path });
  await opens(await readFile(path, 'utf8'));
});

test('a crash between file and record: the next start takes the file’s key', async (t) => {
  for (const terminal of [false, true]) {
    const { records, settle, path, opens } = await place(t);
    records.broken = true;
    await assert.rejects(settle(terminal));
    const key = await readFile(path, 'utf8');
    records.broken = false;
    const first = await settle(terminal);
    assert.deepEqual(first, terminal ? { kind: 'printed', key: key.trim() } : { kind: 'file', path });
    await opens(key);
  }
});

test('that key is taken also when another was made meanwhile', async (t) => {
  const { records, settle, path, opens } = await place(t);
  records.broken = true;
  await assert.rejects(settle());
  records.broken = false;
  records.rows.push(makeKey('by hand', new Date()).record);
  assert.deepEqual(await settle(), { kind: 'file', path });
  await opens(await readFile(path, 'utf8'));
});

test('a half-written file of a crash is neither read nor in the way', async (t) => {
  const { settle, path, opens, dataDir } = await place(t);
  await mkdir(dataDir);
  await writeFile(`${path}.new`, 'sr_0123');
  assert.deepEqual(await settle(), { kind: 'file', path });
  assert.deepEqual(await readdir(dataDir), ['first-key']);
  await opens(await readFile(path, 'utf8'));
});

test('keys made earlier are enough; a revoked first key is not offered again', async (t) => {
  const { records, settle } = await place(t);
  await settle();
  records.rows = records.rows.map((row) => ({ ...row, revokedAt: new Date() }));
  assert.deepEqual(await settle(), { kind: 'exists' });
  assert.equal(records.rows.length, 1);
});

test('a file that holds no key, or another key under the same id, is not taken for one', async (t) => {
  const { records, settle, path, dataDir } = await place(t);
  await settle();
  const [row] = records.rows;
  await writeFile(path, `sr_${row?.id}_${makeKey('x', new Date()).key.slice(16)}\n`);
  assert.deepEqual(await settle(), { kind: 'exists' });
  await writeFile(path, 'hello\n');
  await assert.rejects(settle(), (error) => error instanceof StartError && error.message.includes(path));
  await rm(path);
  records.rows = [];
  await symlink(join(dataDir, 'elsewhere'), path);
  await assert.rejects(settle(), StartError);
  assert.deepEqual(await readdir(dataDir), ['first-key']);
});

test('a folder that can’t be made stops the start with one line', async (t) => {
  const { records, dataDir } = await place(t);
  await writeFile(dataDir, 'a file where the folder should be');
  await chmod(dataDir, 0o600);
  const settings = { apiKey: null, dataDir, records: { kind: 'sqlite' } } as const;
  await assert.rejects(
    settleFirstKey(records, settings, { terminal: false }),
    (error) => error instanceof StartError && /^can't \w+ .*DATA_DIR/.test(error.message),
  );
  assert.equal(records.rows.length, 0);
});

test('with a shared database a key is required, and it must not be revoked', async (t) => {
  const { records, settle, dataDir } = await place(t, 'postgres');
  const required = (error: unknown) =>
    error instanceof StartError && /STRONGROOM_API_KEY.*keys create/.test(error.message);
  await assert.rejects(settle(), required);
  await assert.rejects(settle(true), required);
  const { record } = makeKey('app', new Date());
  records.rows = [{ ...record, revokedAt: new Date() }];
  await assert.rejects(settle(), required);
  records.rows = [record];
  assert.deepEqual(await settle(), { kind: 'exists' });
  await assert.rejects(stat(dataDir), { code: 'ENOENT' });
});
