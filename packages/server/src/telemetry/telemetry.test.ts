import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Records } from '../records/records.ts';
import { Telemetry, type Watched } from './telemetry.ts';

/** Everything that the telemetry of a service registers, over parts that are never asked. */
function everything(watched: Partial<Watched> = {}): Telemetry {
  const telemetry = new Telemetry({ version: '1', node: 'v24', store: 's3', records: 'postgres' }, null);
  const silent = new Proxy({}, { get: () => () => {} });
  telemetry.store(silent as ObjectStore);
  telemetry.records(silent as Records);
  telemetry.watch({
    uploads: { running: 3 },
    verifying: { running: 1 },
    connections: { requests: 5, open: 8, bytes: { received: 34, sent: 55 } },
    budget: { inUse: 13, limit: 21, waiting: 2 },
    readiness: async () => ({ ok: false, checks: { store: true, records: true } }),
    chores: [{ name: 'purge-deleted', states: ['deleted', 'purging'] }],
    overdue: async () => new Map([['purging', 1_500]]),
    ...watched,
  });
  return telemetry;
}

test('what lies in the parts of the service is read when somebody asks', async () => {
  const lines = (await everything().expose()).split('\n');
  for (const line of [
    'strongroom_build_info{version="1",node="v24",store="s3",records="postgres"} 1',
    'strongroom_uploads_running 3',
    'strongroom_verifications_running 1',
    'strongroom_http_requests_running 5',
    'strongroom_http_connections_open 8',
    'strongroom_network_received_bytes_total 34',
    'strongroom_network_sent_bytes_total 55',
    'strongroom_upload_buffer_used_bytes 13',
    'strongroom_upload_buffer_limit_bytes 21',
    'strongroom_upload_buffer_waiting 2',
    'strongroom_ready{part="service"} 0',
    'strongroom_ready{part="store"} 1',
    'strongroom_chore_lag_seconds{chore="purge-deleted"} 1.5',
    'strongroom_chore_runs_total{chore="purge-deleted",outcome="failed"} 0',
    'strongroom_records_call_duration_seconds_count{operation="claim",outcome="failed"} 0',
  ])
    assert.ok(lines.includes(line), line);
});

test('records that do not answer are not asked how late the chores are, and the rest is told', async () => {
  const text = await everything({
    readiness: async () => ({ ok: false, checks: { store: true, records: false } }),
    overdue: () => assert.fail('the records were asked'),
  }).expose();
  assert.match(text, /^strongroom_ready\{part="records"\} 0$/m);
  assert.doesNotMatch(text, /^strongroom_chore_lag_seconds\{/m);
});

test('names and types keep to the conventions, and every metric is explained once', () => {
  const { metrics } = everything().registry;
  assert.equal(new Set(metrics.map(({ name }) => name)).size, metrics.length);
  for (const { name, type, help } of metrics) {
    assert.match(name, /^(strongroom|process|nodejs)(_[a-z]+)+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    if (type === 'histogram') assert.match(name, /_seconds$/);
    assert.match(help, /\.$/, name);
  }
});

test('operating.md has every metric with its labels, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/operating.md', import.meta.url), 'utf8');
  const [, rows = ''] = /\n\| metric \|.*\n\|---.*\n((?:\|.*\n)+)/.exec(page) ?? [];
  const told = rows
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, 3)
        .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, it]) => it)),
    )
    .flatMap(([names = [], labels = []]) => names.map((name) => ({ name, labels })));
  const registered = everything().registry.metrics.map(({ name, labels }) => ({
    name,
    labels: [...labels],
  }));
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
    (a.name ?? '') < (b.name ?? '') ? -1 : 1;
  assert.deepEqual(told.toSorted(byName), registered.toSorted(byName));
});
