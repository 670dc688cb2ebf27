import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { needs, testDatabase, testFolder } from '../../test/harness.ts';
import { watchOutput } from '../../test/secrecy/watch.ts';

/** The command as a user runs it: its own process, in a folder of its own. */

const bin = fileURLToPath(new URL('../../bin/strongroom', import.meta.url));
const base = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: tmpdir(), NO_COLOR: '1' };

function begin(
  t: TestContext,
  cwd: string,
  words: string[],
  env: Record<string, string> = {},
  node: string[] = [],
) {
  const child = spawn(process.execPath, [...node, bin, ...words], { cwd, env: { ...base, ...env } });
  watchOutput(child, env, ['stderr']);
  t.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return {
    child,
    output,
    ended: once(child, 'close').then(([code]) => ({ code: code as number, ...output })),
  };
}

const run = (...begun: Parameters<typeof begin>) => begin(...begun).ended;

/** A service on a free port, started and ready. */
async function serve(t: TestContext, cwd: string, env: Record<string, string> = {}) {
  const service = begin(t, cwd, ['serve'], { PORT: '0', ...env });
  const { child, output } = service;
  await Promise.race([
    seen(child, () => output.stderr.includes('"msg":"started"')),
    service.ended.then(({ stderr }) => assert.fail(`it ended: ${stderr}`)),
  ]);
  const url = /Listening +(\S+)/.exec(output.stdout)?.[1] ?? assert.fail(output.stdout);
  return { ...service, url };
}

async function seen(child: ChildProcess, there: () => boolean): Promise<void> {
  while (!there())
    await Promise.race([once(child.stderr ?? child, 'data'), once(child.stdout ?? child, 'data')]);
}

const list = (url: string, key: string) =>
  fetch(`${url}/v1/documents`, { headers: { authorization: `Bearer ${key.trim()}` } });

test('help and version go to standard output', async (t) => {
  const cwd = await testFolder(t);
  const help = await run(t, cwd, ['--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Usage: strongroom <command>\n.*\n {2}upload .*\n {2}serve .*\n {2}keys /s);
  const version = await run(t, cwd, ['--version']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test('a wrong command line is told with the help and exit code 2', async (t) => {
  const cwd = await testFolder(t);
  const wrong: [words: string[], message: RegExp][] = [
    [[], /^strongroom: a command is missing\n/],
    [['sreve'], /^strongroom: there is no command "sreve"; the nearest is serve\n/],
    [['serve', '--port'], /^strongroom: Unknown option '--port'\n/],
    [['serve', 'now'], /^strongroom: serve takes nothing more, not "now"\n/],
    [['ls', '--recrod', 'x'], /^strongroom: Unknown option '--recrod'; the nearest is --record\n/],
    [['help', 'uplaod'], /^strongroom: there is no command "uplaod"; the nearest is upload\n/],
    [['keys'], /^strongroom: keys takes create, list, code or revoke, not ""\n/],
    [['keys', 'delete'], /^strongroom: keys takes create, list, code or revoke, not "delete"\n/],
    [['keys', 'create', 'x'], /^strongroom: keys create takes no ID\n/],
    [['keys', 'revoke'], /^strongroom: keys revoke takes one ID\n/],
    [['keys', 'code', 'a', 'b'], /^strongroom: keys code takes at most one ID\n/],
    [['keys', 'list', '--name', 'x'], /^strongroom: --name goes with keys create\n/],
    [['keys', 'create', '--name', ''], /^strongroom: --name takes 1 to 100 characters/],
    [['keys', 'list', '--scope', 'documents:read'], /^strongroom: --scope goes with keys create\n/],
    [
      ['keys', 'create', '--scope', 'documents:read,all'],
      /^strongroom: --scope takes documents:read, .*, not "all"\n/,
    ],
    [['keys', 'create', '--record-prefix', ''], /^strongroom: --record-prefix takes 1 to 200 characters\n/],
    [['keys', 'create', '--colour'], /^strongroom: Unknown option '--colour'/],
  ];
  for (const [words, message] of wrong) {
    const { code, stdout, stderr } = await run(t, cwd, words);
    assert.equal(code, 2, words.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /\n\nUsage: strongroom /);
  }
});

test('npm start hands on the signal to stop', async (t) => {
  const cwd = await testFolder(t);
  const npm = spawn('npm', ['start'], {
    cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
    env: { ...base, PORT: '0', DATA_DIR: cwd },
    detached: true,
  });
  const ended = once(npm, 'close');
  t.after(() => npm.exitCode === null && process.kill(-(npm.pid as number), 'SIGKILL'));
  for await (const line of createInterface(npm.stderr)) if (line.includes('"msg":"started"')) break;
  npm.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('an old Node is told in one line which one is needed', async (t) => {
  const cwd = await testFolder(t);
  const pretend = join(cwd, 'pretend.cjs');
  await writeFile(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } });
     Object.defineProperty(process, 'version', { value: 'v20.1.0' });`,
  );
  const { code, stdout, stderr } = await run(t, cwd, ['serve'], {}, ['--require', pretend]);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^strongroom: Node v20\.1\.0 is too old; it takes Node 24 or newer\. `npm ci` .*\n$/);
});

test('a wrong setting ends every command with one line', async (t) => {
  const cwd = await testFolder(t);
  for (const words of [['serve'], ['keys', 'list']]) {
    const { code, stdout, stderr } = await run(t, cwd, words, { PORT: 'eighty' });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      'strongroom: PORT is "eighty"; it takes a whole number from 0 (any free port) to 65535.\n',
    );
  }
});

test('a working folder that was deleted ends every command with one line', async (t) => {
  const folder = await testFolder(t);
  for (const words of [['serve'], ['doctor'], ['keys', 'list']]) {
    const gone = await mkdtemp(join(folder, 'gone-'));
    const started = ['-c', 'cd "$0" && rmdir "$0" && exec "$@"', gone, process.execPath, bin, ...words];
    const { status, stdout, stderr } = spawnSync('sh', started, { env: base, encoding: 'utf8' });
    assert.equal(status, 1, words.join(' '));
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^strongroom: The folder that this was started in is gone, or can't be read \(ENOENT\): change to [^\n]+\n$/,
    );
  }
});

test('keys are made, listed and revoked without a server', async (t) => {
  const cwd = await testFolder(t);
  const made = await run(t, cwd, ['keys', 'create', '--name', 'ci']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^sr_[0-9a-f]{12}_[\w-]{43}\n$/);
  const id = made.stdout.slice(3, 15);
  assert.match(made.stderr, new RegExp(`^Made key ${id} \\(ci\\)\\.`));

  const other = JSON.parse((await run(t, cwd, ['keys', 'create', '--json'])).stdout);
  assert.equal(other.name, 'unnamed');
  assert.ok(other.key.startsWith(`sr_${other.id}_`));

  const narrow = [
    '--scope',
    'documents:read,grants:create',
    '--scope',
    'documents:read',
    '--record-prefix',
    'acme/',
  ];
  const narrowed = JSON.parse((await run(t, cwd, ['keys', 'create', '--json', ...narrow])).stdout);
  assert.deepEqual(narrowed.scopes, ['documents:read', 'grants:create']);
  assert.equal(narrowed.recordPrefix, 'acme/');
  const all = (await run(t, cwd, ['keys', 'list'])).stdout;
  const [first = ''] = all.split('\n');
  assert.match(first, /^\w{12} {2}\S+Z {2}unnamed {2}documents:read,grants:create {2}records "acme\/"…$/);
  const stdout = all.slice(first.length + 1);
  assert.match(stdout, new RegExp(`^${other.id}  \\S+Z  unnamed\\n${id}  \\S+Z  ci\\n$`));
  assert.ok(!stdout.includes(made.stdout.slice(16, 40)), 'a list shows a secret');

  assert.equal((await run(t, cwd, ['keys', 'revoke', id])).code, 0);
  const after = JSON.parse((await run(t, cwd, ['keys', 'list', '--json'])).stdout);
  assert.deepEqual(
    after.items.map((item: { id: string; revokedAt: string | null }) => [item.id, item.revokedAt !== null]),
    [
      [narrowed.id, false],
      [other.id, false],
      [id, true],
    ],
  );
  const unknown = await run(t, cwd, ['keys', 'revoke', 'nobody']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^strongroom: There is no key "nobody"; .*\n$/);
});

test('a key can be revoked by itself, and is never said again', async (t) => {
  const cwd = await testFolder(t);
  const key = (await run(t, cwd, ['keys', 'create'])).stdout.trim();
  const secret = key.slice(16);
  const stranger = await run(t, cwd, ['keys', 'revoke', key.replace(/^sr_.{12}/, 'sr_000000000000')]);
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /^strongroom: There is no key "000000000000"; .*\n$/);
  const { code, stdout, stderr } = await run(t, cwd, ['keys', 'revoke', key]);
  assert.equal(code, 0, stderr);
  assert.ok(!`${stdout}${stderr}${stranger.stderr}`.includes(secret));
  assert.match((await run(t, cwd, ['keys', 'list'])).stdout, / {2}revoked \S+Z\n$/);
});

test('keys on PostgreSQL, where a start needs one', { skip: needs('postgres') }, async (t) => {
  const cwd = await testFolder(t);
  const env = { DATABASE_URL: await testDatabase(t) };
  const refused = await run(t, cwd, ['serve'], { PORT: '0', ...env });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /(^|\n)strongroom: There is no API key yet: set STRONGROOM_API_KEY, or .*\n$/);
  const { stdout } = await run(t, cwd, ['keys', 'create'], env);
  const { url } = await serve(t, cwd, env);
  assert.equal((await list(url, stdout)).status, 200);
});

test('records that can’t be reached are one line, without the password', async (t) => {
  const cwd = await testFolder(t);
  const env = { DATABASE_URL: 'postgres://me:hunter2@localhost:1/none' };
  const { code, stdout, stderr } = await run(t, cwd, ['keys', 'list'], env);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^strongroom: The records do not answer: .*ECONNREFUSED.*\n$/);
  assert.ok(!stderr.includes('hunter2'));
});

test('keys are made beside a running server, which takes them at once', async (t) => {
  const cwd = await testFolder(t);
  const { url } = await serve(t, cwd);
  const key = await run(t, cwd, ['keys', 'create']);
  assert.equal(key.code, 0, key.stderr);
  assert.equal((await list(url, key.stdout)).status, 200);
});

test('the first start says all that is needed to store a document', { skip: needs('curl') }, async (t) => {
  const cwd = await testFolder(t);
  const { url, output } = await serve(t, cwd);
  const key = await readFile(join(cwd, 'data', 'first-key'), 'utf8');
  assert.equal((await list(url, key)).status, 200);
  assert.ok(!`${output.stdout}${output.stderr}`.includes(key.trim()), 'the key is printed off a terminal');
  const commands = output.stdout.split('\n').filter((line) => /^ +(export|curl) /.test(line));
  assert.equal(commands.length, 2);
  const { stdout, stderr } = spawnSync('sh', ['-c', commands.join('\n')], {
    cwd: tmpdir(),
    env: base,
    encoding: 'utf8',
  });
  const document = JSON.parse(stdout || assert.fail(stderr));
  assert.partialDeepStrictEqual(document, {
    recordId: 'demo-1',
    type: 'other',
    filename: 'hello.txt',
    contentType: 'text/plain',
    size: 18,
    state: 'available',
  });
});

test('SIGTERM, and SIGINT as npm doubles it, end the service with exit code 0', async (t) => {
  const cwd = await testFolder(t);
  const first = await serve(t, cwd);
  first.child.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);
  const second = await serve(t, cwd);
  second.child.kill('SIGINT');
  second.child.kill('SIGINT');
  const { code, stderr } = await second.ended;
  assert.equal(code, 0);
  assert.match(stderr, /"msg":"stopped"/);
});

test('standard output has words for people alone, standard error one JSON object a line', async (t) => {
  const cwd = await testFolder(t);
  const { child, ended } = await serve(t, cwd, { STRONGROOM_COLOUR: 'blue' });
  child.kill('SIGTERM');
  const { stdout, stderr } = await ended;
  assert.match(stdout, /^\nStrongroom \d/);
  const logged = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string; msg: string });
  assert.ok(
    logged.some(({ level, msg }) => level === 'warn' && msg.startsWith('STRONGROOM_COLOUR is not a setting')),
  );
});

test('a taken port ends the start with one line, and the first key waits in its file', async (t) => {
  const cwd = await testFolder(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, stdout, stderr } = await run(t, cwd, ['serve'], { PORT: String(port) });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, new RegExp(`(^|\\n)strongroom: PORT ${port} on 127\\.0\\.0\\.1 is taken: .*\\n$`));
  const { url } = await serve(t, cwd);
  assert.equal((await list(url, await readFile(join(cwd, 'data', 'first-key'), 'utf8'))).status, 200);
});

test('a log that can’t be written ends nothing', { skip: !existsSync('/dev/full') }, async (t) => {
  const cwd = await testFolder(t);
  const full = openSync('/dev/full', 'w');
  t.after(() => closeSync(full));
  const child = spawn(process.execPath, [bin, 'serve'], {
    cwd,
    env: { ...base, PORT: '0' },
    stdio: ['ignore', 'pipe', full],
  });
  t.after(() => child.kill('SIGKILL'));
  const [banner] = await once(child.stdout ?? assert.fail('no pipe'), 'data');
  const url = /Listening +(\S+)/.exec(String(banner))?.[1] ?? assert.fail(String(banner));
  for (let count = 0; count < 3; count++) assert.equal((await list(url, 'no key')).status, 401);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a command whose reader has gone says so in one line', { skip: !existsSync('/dev/full') }, async (t) => {
  const folder = await testFolder(t);
  for (const words of [['doctor', '--json'], ['--help']]) {
    const full = openSync('/dev/full', 'w');
    t.after(() => closeSync(full));
    const { status, stderr } = spawnSync(process.execPath, [bin, ...words], {
      cwd: folder,
      env: base,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^strongroom: what it says can't be written: .*ENOSPC.*\n$/);
  }
  const { child, ended } = begin(t, folder, ['doctor']);
  child.stdout.destroy();
  const { code, stderr } = await ended;
  assert.equal(code, 1);
  assert.match(stderr, /^strongroom: what it says can't be written: .*EPIPE.*\n$/);
});
