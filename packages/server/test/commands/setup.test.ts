import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { needs, testBucket, testDatabase, testFolder } from '../harness.ts';
import { keepSecret } from '../secrecy/watch.ts';
import { begin, run } from './command.ts';
import { onTerminal } from './terminal.ts';

/** The address that a service of the command says it listens at. */
async function serving(running: ReturnType<typeof begin>): Promise<string> {
  for (;;) {
    const url = /Listening +(\S+)/.exec(running.output.stdout)?.[1];
    if (url !== undefined && running.output.stderr.includes('"msg":"started"')) return url;
    const over = running.ended.then(({ stderr }) => assert.fail(`it ended: ${stderr}`));
    await Promise.race([over, new Promise((resolve) => running.child.stderr.once('data', resolve))]);
  }
}

describe('setup', { concurrency: 3 }, () => {
  it('asks on a terminal, shows what is wrong, lets it be corrected, and writes what serve reads', {
    skip: needs('s3') || needs('postgres'),
  }, async (t) => {
    const cwd = await testFolder(t);
    const bucket = await testBucket(t);
    const database = await testDatabase(t);
    keepSecret('secret', bucket.secretAccessKey);
    const terminal = onTerminal(t, ['setup'], { cwd });
    await terminal.answer('disk or s3?', 's3');
    await terminal.answer('Bucket', bucket.bucket);
    await terminal.answer('Region', bucket.region);
    await terminal.answer('Endpoint', 'not a url');
    await terminal.answer('S3_ENDPOINT is "not a url"; it takes', bucket.endpoint);
    await terminal.answer('Access key id', bucket.accessKeyId);
    await terminal.answer('Secret access key:', 'a-wrong-secret-of-somebody');
    await terminal.answer('To be mended: credentials', 'c');
    for (const question of [
      'disk or s3? [s3]',
      `[${bucket.bucket}]`,
      `[${bucket.region}]`,
      `[${bucket.endpoint}]`,
    ])
      await terminal.answer(question, '');
    await terminal.answer(`[${bucket.accessKeyId}]`, '');
    await terminal.answer('Secret access key [as before]:', bucket.secretAccessKey);
    await terminal.answer('PostgreSQL', 'mysql://127.0.0.1/x');
    await terminal.answer('DATABASE_URL has', database);
    await terminal.answer('for links [none]:', '');
    assert.equal(await terminal.ended, 0, terminal.shown());
    const shown = terminal.shown();
    for (const secret of [bucket.secretAccessKey, 'a-wrong-secret-of-somebody', database])
      assert.ok(!shown.includes(secret), 'no secret stands on the terminal');
    assert.match(shown, /strongroom keys create --name app\n {2}strongroom serve\n/);
    const file = join(cwd, 'strongroom.env');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(cwd), ['strongroom.env']);
    const key = (await run(t, ['keys', 'create'], { cwd })).stdout.trim();
    const url = await serving(begin(t, ['serve'], { cwd, env: { PORT: '0' } }));
    const storage = await fetch(`${url}/v1/storage`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(((await storage.json()) as { bucket: string }).bucket, bucket.bucket);
  });

  it('goes by options elsewhere, and writes nothing that does not work', async (t) => {
    const cwd = await testFolder(t);
    const words = [
      'setup',
      '--store',
      's3',
      '--bucket',
      'none',
      '--endpoint',
      'http://127.0.0.1:1',
      '--access-key-id',
      'AKIA',
    ];
    const env = { S3_SECRET_ACCESS_KEY: 'a-secret-from-the-environment' };
    const failed = await run(t, words, { cwd, env });
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /To be mended: endpoint\.\n\nNothing was written\. --anyway/);
    assert.deepEqual(await readdir(cwd), []);
    const kept = await run(t, [...words, '--anyway'], { cwd, env });
    assert.equal(kept.code, 0, kept.stderr);
    assert.ok(!kept.stderr.includes(env.S3_SECRET_ACCESS_KEY));
    assert.match(
      await readFile(join(cwd, 'strongroom.env'), 'utf8'),
      /^S3_SECRET_ACCESS_KEY=a-secret-from-the-environment$/m,
    );
    for (const [wrong, message] of [
      [['--store', 'tape'], /--store takes disk or s3/],
      [['--store', 's3'], /--store s3 goes with --bucket NAME/],
      [['--store', 'disk', '--bucket', 'x'], /--bucket goes with --store s3/],
    ] as const) {
      const { code, stderr } = await run(t, ['setup', ...wrong], { cwd });
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });

  it('leaves every other line of the file as it was', async (t) => {
    const cwd = await testFolder(t);
    const file = join(cwd, 'own.env');
    await writeFile(file, '# ours\nLOG_LEVEL=warn\nS3_BUCKET=old\nS3_REGION=eu-west-1\n\n', { mode: 0o600 });
    const { code, stderr } = await run(
      t,
      ['setup', '--file', 'own.env', '--store', 'disk', '--data-dir', "it's here"],
      { cwd },
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /strongroom serve --settings \S+own\.env\n$/);
    assert.equal(await readFile(file, 'utf8'), `# ours\nLOG_LEVEL=warn\nDATA_DIR="it's here"\n`);
  });

  it('ends at Ctrl-C with nothing written', async (t) => {
    const cwd = await testFolder(t);
    const terminal = onTerminal(t, ['setup'], { cwd });
    await terminal.press('disk or s3?', '\x03');
    assert.equal(await terminal.ended, 130);
    assert.match(terminal.shown(), /Ended; nothing was written\./);
    assert.deepEqual(await readdir(cwd), []);
  });
});

describe('the settings file', { concurrency: 3 }, () => {
  it('is read by every command, after the environment', async (t) => {
    const cwd = await testFolder(t);
    const file = join(cwd, 'strongroom.env');
    await writeFile(file, 'DATA_DIR=from-file\nPORT=0\nLOG_LEVEL=info\n', { mode: 0o600 });
    const url = await serving(begin(t, ['serve'], { cwd, env: { STRONGROOM_URL: 'http://127.0.0.1:1' } }));
    const key = (await readFile(join(cwd, 'from-file/first-key'), 'utf8')).trim();
    const listed = await run(t, ['ls'], { cwd, env: { STRONGROOM_URL: url } });
    assert.deepEqual([listed.code, listed.stderr], [0, 'There are none.\n']);
    assert.match((await run(t, ['keys', 'list'], { cwd })).stdout, new RegExp(`^${key.split('_')[1]} `));
    const other = await run(t, ['doctor', '--json'], { cwd, env: { DATA_DIR: 'other' } });
    assert.match(other.stdout, /other\/strongroom\.db/);
  });

  it('is named by --settings, and told of where others can read it', async (t) => {
    const cwd = await testFolder(t);
    await writeFile(join(cwd, 'mine'), 'DATA_DIR=mine-data\n');
    await chmod(join(cwd, 'mine'), 0o644);
    const { stdout, stderr } = await run(t, ['keys', 'create', '--settings', 'mine'], { cwd });
    assert.match(stdout, /^sr_/);
    assert.match(stderr, /^strongroom: \S+mine can be read by other users of this machine: chmod 600 /);
    assert.ok((await readdir(cwd)).includes('mine-data'));
    const missing = await run(t, ['serve', '--settings', 'none'], { cwd });
    assert.deepEqual(
      [missing.code, missing.stderr],
      [1, `strongroom: The settings file ${join(cwd, 'none')} can't be read (ENOENT).\n`],
    );
  });
});
