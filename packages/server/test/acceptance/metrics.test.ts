import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as send } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { request } from 'undici';
import * as fixtures from '../fixtures/make.ts';
import { startServer, testFolder } from '../harness.ts';
import { backends, startOn } from './backends.ts';
import { ApiClient } from './client.ts';

/** Every line of the text format 0.0.4 that carries a value: name, labels, value. */
const line =
  /^[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? (?:-?[0-9.e+-]+|\+Inf)$/;

/** The series of GET /metrics with their values; every line is held to the format, and none may come twice. */
async function scrape({ url, key }: { url: string; key: string }): Promise<Map<string, number>> {
  const answer = await request(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.body.text();
  assert.equal(answer.statusCode, 200, text);
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const series = new Map<string, number>();
  assert.ok(text.endsWith('\n'));
  for (const each of text.slice(0, -1).split('\n')) {
    if (each.startsWith('# ')) continue;
    assert.match(each, line);
    const at = each.lastIndexOf(' ');
    assert.ok(!series.has(each.slice(0, at)), each);
    series.set(each.slice(0, at), Number(each.slice(at + 1)));
  }
  return series;
}

for (const backend of backends) {
  describe(`metrics on ${backend.name}`, { skip: backend.missing() }, () => {
    test('an upload, its repeat, a download and a refusal are counted where they belong', async (t) => {
      const server = await startOn(t, backend);
      const api = new ApiClient(server);
      const bytes = fixtures.pdf();
      const headers = { 'idempotency-key': 'once' };
      const claims = { recordId: 'a-record', type: 'id', filename: 'a-name.pdf', headers };
      const before = await scrape(server);
      const { body } = await api.upload('raw', claims, { size: bytes.length, body: bytes });
      await api.upload('raw', claims, { size: bytes.length, body: bytes });
      await api.content(body.id);
      await api.upload('raw', { ...claims, type: 'none-such' }, { size: bytes.length, body: bytes });
      // The line of a request is written when its connection has let go of the answer.
      const refusals = 'strongroom_http_requests_total{method="POST",route="/v1/documents",status="422"}';
      let after = await scrape(server);
      while (!after.has(refusals)) after = await scrape(server);
      const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
      const calls = (port: string, operation: string, outcome = 'ok') =>
        grown(
          `strongroom_${port}_call_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`,
        );
      const content = 'method="GET",route="/v1/documents/:id/content"';
      assert.deepEqual(
        {
          uploads: grown('strongroom_http_requests_total{method="POST",route="/v1/documents",status="201"}'),
          refusals: grown(refusals),
          problems: grown('strongroom_http_problems_total{code="unknown_document_type"}'),
          downloads: grown(`strongroom_http_requests_total{${content},status="200"}`),
          replays: grown('strongroom_idempotency_replays_total'),
          stored: grown('strongroom_stored_bytes_total'),
          calls: [calls('records', 'create'), calls('store', 'put'), calls('store', 'read')],
          failures: [calls('records', 'create', 'failed'), calls('store', 'put', 'failed')],
          reading: after.get('strongroom_downloads_running'),
        },
        {
          uploads: 2,
          refusals: 1,
          problems: 1,
          downloads: 1,
          replays: 1,
          stored: bytes.length,
          calls: [2, 1, 1],
          failures: [0, 0],
          reading: 0,
        },
      );
      assert.ok(grown(`strongroom_http_sent_bytes_total{${content}}`) > bytes.length);
      for (const part of ['service', 'store', 'records'])
        assert.equal(after.get(`strongroom_ready{part="${part}"}`), 1);
      const buffer = after.get('strongroom_upload_buffer_limit_bytes');
      assert.equal(buffer, body.storage.store === 's3' ? 64 * 2 ** 20 : undefined);
      assert.equal(after.get('strongroom_chore_lag_seconds{chore="purge-deleted"}'), 0);
      assert.doesNotMatch([...after.keys()].join('\n'), new RegExp(`${body.id}|a-record|a-name`));
    });
  });
}

test('an upload shows while it runs, and its bytes as they come', async (t) => {
  const server = await startServer(t);
  const half = 2 ** 20;
  const sending = send(`${server.url}/v1/documents?recordId=r&type=other&filename=a.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-length': 2 * half },
  });
  sending.write(Buffer.alloc(half, 'a'));
  let series = await scrape(server);
  const received = () => series.get('strongroom_network_received_bytes_total') ?? 0;
  while (series.get('strongroom_uploads_running') !== 1 || received() < half) series = await scrape(server);
  assert.ok(received() < 2 * half);
  sending.end(Buffer.alloc(half, 'a'));
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 201);
  answer.resume();
  sending.destroy();
  while (series.get('strongroom_uploads_running') !== 0) series = await scrape(server);
  assert.ok(received() > 2 * half, 'what a closed connection brought is not forgotten');
});

test('the chores tell what they did', async (t) => {
  const folder = await testFolder(t);
  const config = {
    documentTypes: [{ id: 'note', accept: ['text/plain'], trashFor: '0' }],
    lifecycle: { every: '100ms', uploadDeadAfter: '1s', lookAgainAfter: '100ms', forgetAfter: '0' },
  };
  await writeFile(join(folder, 'strongroom.config.json'), JSON.stringify(config));
  const server = await startServer(t, { DATA_DIR: folder });
  const api = new ApiClient(server);
  const bytes = Buffer.from('a note');
  const { body } = await api.upload('raw', { recordId: 'r', type: 'note' }, { size: 6, body: bytes });
  assert.equal((await api.send('DELETE', `/v1/documents/${body.id}`)).status, 204);
  const rows = 'strongroom_chore_rows_total{chore="forget-purged",outcome="ok"}';
  let series = await scrape(server);
  assert.ok(series.has(rows), 'there before anything happened');
  while (series.get(rows) !== 1) series = await scrape(server);
  const of = (name: string) => series.get(`strongroom_chore_${name}`) ?? 0;
  assert.ok(of('runs_total{chore="forget-purged",outcome="ok"}') >= 1);
  assert.ok(of('run_duration_seconds_count{chore="forget-purged"}') >= 1);
  assert.equal(of('rows_total{chore="forget-purged",outcome="failed"}'), 0);
});

test('a service whose records are away still tells its metrics to the holder of STRONGROOM_API_KEY', async (t) => {
  const server = await startServer(
    t,
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    { waits: true },
  );
  const series = await scrape(server);
  assert.equal(series.get('strongroom_ready{part="records"}'), 0);
  assert.equal(series.get('strongroom_ready{part="service"}'), 0);
  const name = 'strongroom_records_call_duration_seconds_count{operation="connect",outcome="failed"}';
  assert.ok((series.get(name) ?? 0) >= 1);
  assert.equal((await request(`${server.url}/metrics`)).statusCode, 401);
});

test('METRICS_PUBLIC opens the metrics, and nothing else', async (t) => {
  const server = await startServer(t, { METRICS_PUBLIC: 'true' });
  assert.equal((await request(`${server.url}/metrics`)).statusCode, 200);
  assert.equal((await request(`${server.url}/v1/storage`)).statusCode, 401);
});
