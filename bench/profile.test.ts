import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { byOwner, ownerOf } from './profile.ts';

test('a function is owned by its package, its room, its module or V8', () => {
  const owners = [
    ['file:///app/node_modules/@aws-sdk/client-s3/dist/x.js', '@aws-sdk/client-s3'],
    ['file:///app/node_modules/a/node_modules/undici/lib/core/util.js', 'undici'],
    ['file:///app/packages/server/src/objects/s3.ts', 'strongroom objects'],
    ['file:///app/packages/server/src/main.ts', 'strongroom src'],
    ['node:_http_outgoing', 'node:http'],
    ['node:internal/streams/readable', 'node:stream'],
    ['node:internal/stream_base_commons', 'node:net'],
    ['node:internal/crypto/hash', 'node:crypto'],
    ['', 'native writev'],
  ] as const;
  for (const [url, owner] of owners) assert.equal(ownerOf({ functionName: 'writev', url }), owner);
  assert.equal(ownerOf({ functionName: '(garbage collector)', url: '' }), '(garbage collector)');
});

test('time is summed by owner over all threads, within the window, without idling', () => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  const node = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url } });
  const nodes = [node(1, 'f', 'node:net'), node(2, '(idle)', ''), node(3, 'g', 'node:http')];
  const thread = { nodes, startTime: 1000, samples: [3, 1, 2, 1], timeDeltas: [0, 500, 100, 400] };
  writeFileSync(join(folder, 'a.cpuprofile'), JSON.stringify(thread));
  writeFileSync(join(folder, 'b.cpuprofile'), JSON.stringify(thread));
  assert.deepEqual(byOwner(folder, { from: 1200, to: 9000 }), [['node:net', 0.0002]]);
  assert.deepEqual(byOwner(folder, { from: 0, to: 9000 }), [
    ['node:http', 0.001],
    ['node:net', 0.0002],
  ]);
  rmSync(folder, { recursive: true });
});
