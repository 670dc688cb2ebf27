/** The commands that work through a service, on a real one. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf, pdf } from '../fixtures/make.ts';
import { type Ending, raceFreePort, startServer, testFolder } from '../harness.ts';
import { begin, type CommandOptions, run } from './command.ts';

const service = await startServer({ after });
const env = { STRONGROOM_URL: service.url, STRONGROOM_API_KEY: service.key };
const idPattern = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** A folder, and commands in it. */
async function place(t: Ending, more: Readonly<Record<string, string>> = {}) {
  const cwd = await testFolder(t);
  const options = { cwd, env: { ...env, ...more } };
  const command = (words: string, changes: Partial<CommandOptions> = {}) =>
    run(t, words.split(' '), { ...options, ...changes });
  return { cwd, options, command, file: (name: string) => join(cwd, name) };
}

async function uploaded(
  t: Ending,
  record: string,
  name = 'a.txt',
  bytes: string | Buffer = 'kept',
): Promise<string> {
  const { command, file } = await place(t);
  await writeFile(file(name), bytes);
  const { stdout, stderr } = await command(`upload ${name} -r ${record} -t other`);
  assert.match(stdout.trim(), idPattern, stderr);
  return stdout.trim();
}

// Each starts processes, and waits for them.
describe('the commands for documents', { concurrency: 3 }, () => {
  it('upload goes on after a file that fails, and its exit code tells', async (t) => {
    const { command, file } = await place(t);
    await writeFile(file('a.txt'), 'one');
    await writeFile(file('b.pdf'), pdf());
    await writeFile(file('empty.txt'), '');
    await writeFile(file('run.sh'), Buffer.from([0, 1, 2, 3, 255, 254, 0, 1]));
    await mkdir(file('folder'));
    const { code, stdout, stderr } = await command(
      'upload a.txt none.txt empty.txt folder run.sh b.pdf --record many --type other --metadata {"case":"42"}',
    );
    assert.equal(code, 1);
    const ids = stdout.trim().split('\n');
    assert.ok(ids.length === 2 && ids.every((id) => idPattern.test(id)), stdout);
    assert.match(stderr, /✓ \S+ {2}a\.txt {2}3 B\n/);
    assert.match(stderr, /✗ none\.txt {2}there is no such file\n/);
    assert.match(stderr, /✗ empty\.txt {2}it is empty\n/);
    assert.match(stderr, /✗ folder {2}it is a folder/);
    assert.match(stderr, /✗ run\.sh {2}.* \(type_refused\)\n/);
    const shown = JSON.parse((await command(`info ${ids[0]} --json`)).stdout);
    assert.deepEqual([shown.recordId, shown.metadata], ['many', { case: '42' }]);
    const listed = JSON.parse((await command('ls --record many --json')).stdout);
    assert.deepEqual(listed.items.map((each: { id: string }) => each.id).toSorted(), ids.toSorted());
  });

  it('upload reads standard input, and tells scripts all of it as JSON', async (t) => {
    const { command } = await place(t);
    const sent = await command('upload - --name x.txt -r stdin -t other --json', { input: 'from a pipe' });
    const { items, failed } = JSON.parse(sent.stdout);
    assert.deepEqual([sent.code, items[0].filename, items[0].size, failed], [0, 'x.txt', 11, []]);
  });

  it('upload asks what it can before anything is sent', async (t) => {
    const { command, file } = await place(t);
    await writeFile(file('a.txt'), 'one');
    const unknown = await command('upload a.txt -r r -t passport');
    assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
    assert.match(
      unknown.stderr,
      /^strongroom: There is no document type "passport" here; there are id, .*other\.\n$/,
    );
    const wrong = await command('upload a.txt -r r -t other', {
      env: { ...env, STRONGROOM_API_KEY: 'a-key-of-another-service' },
    });
    assert.match(
      wrong.stderr,
      /^strongroom: .* \(unauthenticated\) STRONGROOM_API_KEY must be a key of this service\.\n$/,
    );
    const away = await command('ls', {
      env: { ...env, STRONGROOM_URL: `http://127.0.0.1:${await raceFreePort()}` },
    });
    assert.match(
      away.stderr,
      /^strongroom: http:\S+ gave no answer \(ECONNREFUSED\)\. \(unreachable\) Is it running/,
    );
  });

  it('upload sends again what a lost line took', async (t) => {
    const proxy = await TcpProxy.before(t, service.url);
    const { command, file } = await place(t, { STRONGROOM_URL: proxy.url });
    await writeFile(file('contract.pdf'), paddedPdf(4_000_000).body);
    await proxy.cut('up', 2_000_000, { once: true, to: /^POST / });
    const { code, stdout } = await command('upload contract.pdf -r lost -t contract');
    assert.deepEqual([code, proxy.cuts], [0, 1]);
    assert.match(stdout.trim(), idPattern);
    const states = JSON.parse((await command('ls -r lost --state all --json', { env })).stdout).items;
    assert.deepEqual(
      states.map(({ state }: { state: string }) => state).filter((state: string) => state !== 'abandoned'),
      ['available'],
    );
  });

  it('upload stops at Ctrl-C and goes on with a large file when it is called again', async (t) => {
    const proxy = await TcpProxy.before(t, service.url);
    const state = await testFolder(t);
    const { command, options, file } = await place(t, { STRONGROOM_URL: proxy.url, XDG_STATE_HOME: state });
    await writeFile(file('large.pdf'), paddedPdf(20_000_000).body);
    const states = async () => {
      const { items } = JSON.parse((await command('ls -r large --state all --json', { env })).stdout);
      return items.map((each: { state: string }) => each.state);
    };
    await proxy.throttle(8_000_000);
    const { child, ended } = begin(t, ['upload', 'large.pdf', '-r', 'large', '-t', 'contract'], options);
    while (proxy.passed.up < 9_500_000 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /^large\.pdf stopped at \d\d %; the same command continues it\n/);
    await proxy.pass();
    assert.deepEqual(await states(), ['receiving']);
    const kept = join(state, 'strongroom/uploads');
    const [name = ''] = await readdir(kept);
    assert.equal((await stat(join(kept, name))).mode & 0o777, 0o600);
    const again = await command('upload large.pdf -r large -t contract');
    assert.match(again.stderr, /^large\.pdf continues at \d\d %\n✓ /);
    assert.deepEqual([await states(), await readdir(kept)], [['available'], []]);
  });

  it('ls shows a table, of a terminal’s filename nothing that moves its cursor', async (t) => {
    const id = await uploaded(t, 'table');
    const { command } = await place(t);
    const { stdout } = await command('ls --record table');
    assert.match(stdout, /^ID +CREATED +RECORD +TYPE +STATE +SIZE +NAME\n/);
    assert.match(
      stdout,
      new RegExp(`\n${id}  20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d  table +other  available +4 B  a\\.txt\n$`),
    );
    const searched = JSON.parse((await command('ls -q A.T -r table --json')).stdout);
    assert.deepEqual(
      searched.items.map((each: { id: string }) => each.id),
      [id],
    );
    const none = await command('ls --record none');
    assert.deepEqual([none.stdout, none.stderr], ['', 'There are none.\n']);
    await uploaded(t, 'table', 'b.txt');
    const first = await command('ls --record table --limit 1');
    assert.match(first.stderr, /^There are more/);
    assert.equal(first.stdout.split('\n').length, 3);
    const all = JSON.parse((await command('ls --record table --all --json --sort filename')).stdout);
    assert.deepEqual(
      [all.items.map(({ filename }: { filename: string }) => filename), all.nextCursor],
      [['a.txt', 'b.txt'], null],
    );
  });

  it('get writes what was stored, to a file that was not there, to a folder or to standard output', async (t) => {
    const bytes = await buffer(paddedPdf(3_000_000).body);
    const id = await uploaded(t, 'get', 'contract.pdf', bytes);
    const { command, file, cwd } = await place(t);
    assert.equal((await command(`get ${id}`)).code, 0);
    assert.deepEqual(await readFile(file('contract.pdf')), bytes);
    await writeFile(file('contract.pdf'), 'mine');
    const again = await command(`get ${id}`);
    assert.deepEqual([again.code, await readFile(file('contract.pdf'), 'utf8')], [1, 'mine']);
    assert.match(again.stderr, /contract\.pdf is there already; --force/);
    assert.equal((await command(`get ${id} --force`)).code, 0);
    assert.deepEqual(await readFile(file('contract.pdf')), bytes);
    await mkdir(file('folder'));
    assert.equal((await command(`get ${id} -o folder`)).code, 0);
    assert.equal((await readFile(file('folder/contract.pdf'))).length, bytes.length);
    const small = await uploaded(t, 'get', 'a.txt', 'in a pipe');
    assert.equal((await command(`get ${small} -o -`)).stdout, 'in a pipe');
    assert.deepEqual((await readdir(cwd)).toSorted(), ['contract.pdf', 'folder']);

    // Its reader has had enough, as `head` has.
    const { child, ended } = begin(t, ['get', id, '-o', '-'], { cwd, env });
    child.stdout.destroy();
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /^strongroom: what it says can't be written: .*EPIPE\n$/);
  });

  it('upload goes on when nobody hears what it says about it', async (t) => {
    const { options, file } = await place(t);
    await Promise.all(['a.txt', 'b.txt'].map((name) => writeFile(file(name), name)));
    const { child, ended } = begin(t, ['upload', 'a.txt', 'b.txt', '-r', 'unheard', '-t', 'other'], options);
    child.stderr.destroy();
    const { code, stdout } = await ended;
    assert.deepEqual([code, stdout.trim().split('\n').length], [0, 2]);
  });

  it('get makes no file that something reads by itself', async (t) => {
    const { command, cwd } = await place(t);
    for (const name of ['.profile', 'Strongroom.env'])
      assert.equal((await command(`get ${await uploaded(t, 'hidden', name)}`)).code, 0);
    assert.deepEqual((await readdir(cwd)).toSorted(), ['_Strongroom.env', '_profile']);
  });

  it('get takes up a lost line where it broke off, and keeps nothing of what arrives changed', async (t) => {
    const bytes = await buffer(paddedPdf(6_000_000).body);
    const id = await uploaded(t, 'broken', 'contract.pdf', bytes);
    const proxy = await TcpProxy.before(t, service.url);
    const { command, file, cwd } = await place(t, { STRONGROOM_URL: proxy.url });
    await proxy.cut('down', 2_000_000, { how: 'end', once: true });
    const { code, stderr } = await command(`get ${id}`);
    assert.deepEqual([code, proxy.cuts], [0, 1], stderr);
    const digest = createHash('sha256')
      .update(await readFile(file('contract.pdf')))
      .digest('hex');
    assert.equal(digest, createHash('sha256').update(bytes).digest('hex'));
    assert.ok(proxy.passed.down < 8_000_000, 'what had arrived was not asked for again');
    await proxy.flip('down', 3_000_000, { once: true });
    const flipped = await command(`get ${id} -o other.pdf`);
    assert.deepEqual([flipped.code, proxy.flips], [1, 1]);
    assert.match(flipped.stderr, /its SHA-256 is another\. Nothing was kept\.\n$/);
    assert.deepEqual(await readdir(cwd), ['contract.pdf']);
  });

  it('link prints a link that opens it', async (t) => {
    const id = await uploaded(t, 'link');
    const { command } = await place(t);
    const { stdout } = await command(`link ${id} --expires 1h --inline`);
    const opened = await fetch(stdout.trim());
    assert.deepEqual([opened.status, await opened.text()], [200, 'kept']);
    const wrong = await command(`link ${id} --expires soon`);
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  });

  it('archive, unarchive, rm and restore move several, on after one that fails', async (t) => {
    const ids = [await uploaded(t, 'moves'), await uploaded(t, 'moves', 'b.txt')];
    const { command } = await place(t);
    const states = async () => {
      const { items } = JSON.parse((await command('ls -r moves --state all --json')).stdout);
      return items.map(({ state }: { state: string }) => state);
    };
    assert.equal((await command(`archive ${ids.join(' ')}`)).code, 0);
    assert.deepEqual(await states(), ['archived', 'archived']);
    const { code, stderr } = await command(`unarchive ${ids[0]} none ${ids[1]}`);
    assert.equal(code, 1);
    assert.match(stderr, /✗ none {2}.*\(document_missing\)/);
    assert.deepEqual(await states(), ['available', 'available']);
    const asked = await command(`rm ${ids.join(' ')}`);
    assert.deepEqual([asked.code, await states()], [2, ['available', 'available']]);
    const gone = await command(`rm --yes ${ids.join(' ')} --json`);
    const { items } = JSON.parse(gone.stdout);
    assert.deepEqual(
      items.map(({ state }: { state: string }) => state),
      ['deleted', 'deleted'],
    );
    assert.match(gone.stderr, /in the trash until 20\d\d-\d\d-\d\d; strongroom restore/);
    assert.equal((await command(`restore ${ids.join(' ')}`)).code, 0);
    assert.deepEqual(await states(), ['available', 'available']);
  });

  it('info shows a document, and its history', async (t) => {
    const id = await uploaded(t, 'info');
    const { command } = await place(t);
    const { stdout } = await command(`info ${id} --history`);
    assert.match(stdout, /^Id +\S+\nName +a\.txt\nRecord +info\n/);
    assert.match(stdout, /\n\n\S+Z {2}received +key environment\n\S+Z {2}available +key environment\n$/);
    const { events } = JSON.parse((await command(`info ${id} --history --json`)).stdout);
    assert.equal(events.length, 2);
  });

  it('what a service answers moves no terminal', async (t) => {
    const evil = '\x1b]0;title\x07\x1b[2J\x9b31m\u202egnp';
    const document = {
      ...{ id: evil, recordId: evil, type: evil, filename: evil, state: evil, contentType: evil, size: 1 },
      ...{
        createdAt: evil,
        createdBy: { kind: evil, id: evil },
        storage: { path: evil },
        metadata: { [evil]: evil },
      },
      ...{ sha256: evil, revision: 1, archivedAt: evil, deletedAt: evil, purgeAfter: evil, replaces: evil },
    };
    const refused = { code: 'not_allowed', title: evil, detail: evil, contact: evil, action: evil };
    const hostile = createServer(({ url, method }, response) => {
      const isRefused = method !== 'GET' && !url?.endsWith('/links');
      response.writeHead(isRefused ? 403 : 200, {
        'content-type': isRefused ? 'application/problem+json' : 'application/json',
      });
      const list = { items: [document], nextCursor: null };
      const made = { url: evil, expiresAt: evil };
      const answer = method === 'GET' ? (/\?|types/.test(url ?? '') ? list : document) : made;
      response.end(JSON.stringify(isRefused ? refused : answer));
    });
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    t.after(() => hostile.close().closeAllConnections());
    const { port } = hostile.address() as AddressInfo;
    const { command, file } = await place(t, { STRONGROOM_URL: `http://127.0.0.1:${port}` });
    await writeFile(file('a.txt'), 'one');
    for (const words of [
      'ls',
      'ls --json',
      'info x',
      'info x --json',
      'link x',
      'archive x',
      'rm --yes x',
      'upload a.txt -r r -t other',
    ]) {
      const { stdout, stderr } = await command(words);
      assert.notEqual(stdout + stderr, '', words);
      assert.doesNotMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/, words);
    }
    assert.equal(JSON.parse((await command('ls --json')).stdout).items[0].filename, evil);
  });
});
