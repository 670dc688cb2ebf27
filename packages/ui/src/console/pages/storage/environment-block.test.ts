import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { environmentBlock, quoted } from './environment-block.ts';

const odd = {
  S3_BUCKET: 'acme-documents',
  S3_SECRET_ACCESS_KEY: `a'b"c$d\`e\\f!g*h#i;j&k|l<m>n(o)p{q}r[s]t~u=v%w`,
  ENVIRONMENT_NAME: '  staging “EU”\n$(id)  ',
  S3_PREFIX: "it's",
};

test('a shell that reads the block has exactly what was typed', () => {
  for (const form of ['export', 'plain'] as const) {
    const script = `set -a\n${environmentBlock(odd, form)}\nenv -0`;
    const { stdout } = spawnSync('sh', ['-c', script], { env: { PATH: process.env.PATH }, encoding: 'utf8' });
    const set = new Map(
      stdout.split('\0').map((line) => [line.split('=', 1)[0], line.replace(/^[^=]*=/, '')]),
    );
    for (const [name, value] of Object.entries(odd)) assert.equal(set.get(name), value, `${form} ${name}`);
  }
});

test('plain values stay plain, and what is empty is left out', () => {
  assert.equal(quoted('https://s3.example.com:9000'), 'https://s3.example.com:9000');
  assert.equal(environmentBlock({ S3_BUCKET: 'b', S3_REGION: '' }, 'export'), 'export S3_BUCKET=b');
  assert.equal(quoted('~'), "'~'");
});
