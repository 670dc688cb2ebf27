import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { forgetSpentCode, settleFirstCode } from './first-code.ts';
import type { FirstKey } from './first-key.ts';
import { codeHash } from './sign-in-codes.ts';
import type { SignInCodeRecord } from './sign-in-records.ts';

class MemoryCodes {
  rows: (SignInCodeRecord & { usedAt: Date | null })[] = [];
  broken = false;
  async createCode(code: SignInCodeRecord) {
    this.rows.push({ ...code, usedAt: null });
    if (this.broken) throw new Error('the process dies here');
  }
  async findCode(hash: string) {
    return this.rows.find((row) => row.hash === hash) ?? null;
  }
  async hasUsedCode(key: string) {
    return this.rows.some((row) => row.key === key && row.usedAt !== null);
  }
  spend(code: string, changes: Partial<{ usedAt: Date; expiresAt: Date }>) {
    const hash = codeHash(code);
    this.rows = this.rows.map((row) => (row.hash === hash ? { ...row, ...changes } : row));
  }
}

const inFile: FirstKey = { kind: 'file', path: '/data/first-key', id: '0123456789ab' };

async function place(t: TestContext) {
  const dataDir = await mkdtemp(join(tmpdir(), 'first-code-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const records = new MemoryCodes();
  const path = join(dataDir, 'first-code');
  return {
    records,
    dataDir,
    path,
    settle: (firstKey: FirstKey = inFile, terminal = false) =>
      settleFirstCode(records, firstKey, { dataDir, terminal }),
    written: async () => (await readFile(path, 'utf8')).trim(),
  };
}

test('where the first key lies in its file, a code lies beside it, for the owner alone', async (t) => {
  const { records, settle, path, written } = await place(t);
  assert.deepEqual(await settle(), { kind: 'file', path });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(codeHash(await written()), records.rows[0]?.hash);
  assert.equal(records.rows[0]?.key, '0123456789ab');
  const before = await written();
  assert.deepEqual(await settle(), { kind: 'file', path });
  assert.deepEqual(await settle(inFile, true), { kind: 'file', path });
  assert.equal(await written(), before);
  assert.equal(records.rows.length, 1);
});

test('where the key is shown, the code is, and is written nowhere', async (t) => {
  const { records, settle, path } = await place(t);
  const shown = await settle({ kind: 'printed', key: 'sr_…', id: '0123456789ab' }, true);
  assert.equal(shown?.kind === 'printed' && codeHash(shown.code), records.rows[0]?.hash);
  await assert.rejects(stat(path), { code: 'ENOENT' });
});

test('a key that is set or was made earlier has no code', async (t) => {
  const { records, settle } = await place(t);
  assert.equal(await settle({ kind: 'set' }), null);
  assert.equal(await settle({ kind: 'exists' }, true), null);
  assert.deepEqual(records.rows, []);
});

test('one that was used goes, and no other is made', async (t) => {
  const { records, dataDir, settle, path, written } = await place(t);
  await settle();
  assert.equal(await forgetSpentCode(records, dataDir), true);
  records.spend(await written(), { usedAt: new Date() });
  assert.equal(await forgetSpentCode(records, dataDir), false);
  await assert.rejects(stat(path), { code: 'ENOENT' });
  assert.equal(await settle(), null);
  assert.equal(await settle(inFile, true), null);
});

test('one that has expired unused is replaced', async (t) => {
  const { records, settle, written } = await place(t);
  await settle();
  const before = await written();
  records.spend(before, { expiresAt: new Date(Date.now() - 1) });
  await settle();
  assert.notEqual(await written(), before);
});

test('a start that dies between record and file leaves nothing that anybody could use', async (t) => {
  const { records, settle, path, written } = await place(t);
  records.broken = true;
  await assert.rejects(settle(), /dies here/);
  await assert.rejects(stat(path), { code: 'ENOENT' });
  records.broken = false;
  assert.deepEqual(await settle(), { kind: 'file', path });
  assert.equal(codeHash(await written()), records.rows[1]?.hash);
});

test('a file that holds no code, or one that these records do not know, is replaced', async (t) => {
  const { settle, path, written, dataDir } = await place(t);
  await mkdir(dataDir, { recursive: true });
  for (const text of ['', 'nonsense', '7KQ2M-X4R9D-0HTBW\n']) {
    await writeFile(path, text);
    await settle();
    assert.notEqual(await written(), text.trim());
  }
});
