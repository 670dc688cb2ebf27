/** What the commands for documents do on a terminal. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf } from '../fixtures/make.ts';
import { startServer, testFolder } from '../harness.ts';
import { run } from './command.ts';
import { onTerminal } from './terminal.ts';

const service = await startServer({ after });
const env = { STRONGROOM_URL: service.url, STRONGROOM_API_KEY: service.key };

describe('on a terminal', { concurrency: 3 }, () => {
  it('upload shows how far it is, on one line that goes when it is done', async (t) => {
    const cwd = await testFolder(t);
    await writeFile(join(cwd, 'contract.pdf'), paddedPdf(40_000_000).body);
    const proxy = await TcpProxy.before(t, service.url);
    await proxy.throttle(20_000_000);
    const words = ['upload', 'contract.pdf', '-r', 'bar', '-t', 'contract'];
    const terminal = onTerminal(t, words, { cwd, env: { ...env, STRONGROOM_URL: proxy.url } });
    assert.equal(await terminal.ended, 0, terminal.shown());
    const shown = terminal.shown();
    assert.match(shown, /contract\.pdf {2}━+─+ +\d+ % {2}[\d.]+ MB\/s {2}\d+ s left/);
    assert.match(shown, /✓ [0-9a-f-]{36} {2}contract\.pdf {2}40\.0 MB\n$/);
    assert.equal(shown.split('\n').length, 2, 'all but the last line was drawn over');
  });

  it('rm asks, and takes only yes for yes', async (t) => {
    const cwd = await testFolder(t);
    await writeFile(join(cwd, 'a.txt'), 'kept');
    const id = (await run(t, ['upload', 'a.txt', '-r', 'rm', '-t', 'other'], { cwd, env })).stdout.trim();
    const state = async () => JSON.parse((await run(t, ['info', id, '--json'], { cwd, env })).stdout).state;
    for (const answer of ['', 'n', 'no', 'why?']) {
      const terminal = onTerminal(t, ['rm', id], { cwd, env });
      await terminal.answer('Delete this document? [y/N]', answer);
      assert.equal(await terminal.ended, 1);
      assert.match(terminal.shown(), /a\.txt {2}of rm\n(.|\n)*Nothing was deleted\./);
    }
    const interrupted = onTerminal(t, ['rm', id], { cwd, env });
    await interrupted.press('[y/N]', '\x03');
    assert.equal(await interrupted.ended, 1);
    assert.equal(await state(), 'available');
    const agreed = onTerminal(t, ['rm', id], { cwd, env });
    await agreed.answer('[y/N]', 'y');
    assert.equal(await agreed.ended, 0);
    assert.equal(await state(), 'deleted');
  });
});
