import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { testFolder } from '../harness.ts';
import { run } from './command.ts';

describe('completion', () => {
  it('is completed by a bash', async (t) => {
    const cwd = await testFolder(t);
    const { stdout, code } = await run(t, ['completion', 'bash'], { cwd });
    assert.equal(code, 0);
    await writeFile(join(cwd, 'completion'), stdout);
    await writeFile(join(cwd, 'my file.pdf'), '');
    await writeFile(join(cwd, 'other.txt'), '');
    /** What a bash offers after these words. */
    const offered = (...words: string[]): string[] => {
      const script = `set -u; source ./completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _strongroom 2>&1; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'strongroom', ...words], {
        cwd,
        encoding: 'utf8',
      });
      assert.equal(stderr, '');
      return stdout.split('\n').filter((line) => line !== '');
    };
    assert.deepEqual(offered('up'), ['upload']);
    assert.deepEqual(offered(''), [...commands.map(({ name }) => name), '--help', '--version']);
    assert.deepEqual(offered('upload', '--re'), ['--record', '--replaces']);
    assert.deepEqual(offered('upload', 'my'), ['my file.pdf']);
    assert.deepEqual(offered('upload', '--record', ''), []);
    assert.deepEqual(offered('ls', '--state', 'ar'), ['archived']);
    assert.deepEqual(offered('keys', 'r'), ['revoke']);
    assert.deepEqual(offered('serve', '--settings', 'oth'), ['other.txt']);
    assert.deepEqual(offered('help', 'unar'), ['unarchive']);
  });

  for (const shell of ['zsh', 'fish'])
    it(`names every command and option to ${shell}`, async (t) => {
      const { stdout } = await run(t, ['completion', shell], { cwd: await testFolder(t) });
      for (const { name, options } of commands) {
        assert.ok(stdout.includes(name), name);
        for (const option of options) assert.match(stdout, new RegExp(`(--|-l )${option.name}\\b`));
      }
    });

  it('is not made for another shell', async (t) => {
    const { code, stderr } = await run(t, ['completion', 'tcsh'], { cwd: await testFolder(t) });
    assert.equal(code, 2);
    assert.match(stderr, /^strongroom: completion takes bash, zsh or fish, not "tcsh"\n/);
  });
});

describe('help', () => {
  it('has a page for every command, with examples that hold to its options', async (t) => {
    const cwd = await testFolder(t);
    for (const { name, options, examples } of commands) {
      for (const example of examples) {
        const own = example.slice(example.indexOf('strongroom ')).split(/ [|>] |\) ?/)[0] ?? '';
        const used = [...own.matchAll(/ --([\w-]+)/g)].map(([, option]) => option);
        for (const option of used)
          assert.ok(
            options.some((each) => each.name === option),
            `${name} has no --${option}`,
          );
      }
    }
    const page = await run(t, ['upload', '--help'], { cwd });
    assert.deepEqual([page.code, page.stderr], [0, '']);
    assert.match(
      page.stdout,
      /^Usage: strongroom upload FILE… .*--record ID.*\$ strongroom upload passport/s,
    );
    assert.equal((await run(t, ['help', 'upload'], { cwd })).stdout, page.stdout);
  });
});
