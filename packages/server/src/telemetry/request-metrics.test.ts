import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from './registry.ts';
import { RequestMetrics } from './request-metrics.ts';

async function told(metrics: (observer: RequestMetrics) => void): Promise<string[]> {
  const registry = new Registry();
  metrics(new RequestMetrics(registry));
  return (await registry.expose()).split('\n');
}

const request = {
  requestId: 'r',
  method: 'GET',
  route: '/v1/documents/:id',
  status: 200,
  ms: 4,
  in: 100,
  out: 1_000,
};

test('requests are counted by method, pattern and status', async () => {
  const lines = await told((observer) => {
    observer.answered(request);
    observer.answered(request);
    observer.answered({ ...request, status: 404 });
    observer.answered({ ...request, status: null });
    observer.answered({ ...request, route: null, status: 404 });
  });
  const labels = 'method="GET",route="/v1/documents/:id"';
  for (const line of [
    `strongroom_http_requests_total{${labels},status="200"} 2`,
    `strongroom_http_requests_total{${labels},status="404"} 1`,
    `strongroom_http_requests_total{${labels},status="aborted"} 1`,
    'strongroom_http_requests_total{method="GET",route="none",status="404"} 1',
    `strongroom_http_request_duration_seconds_bucket{${labels},le="0.0025"} 0`,
    `strongroom_http_request_duration_seconds_bucket{${labels},le="0.005"} 4`,
    `strongroom_http_request_duration_seconds_sum{${labels}} 0.016`,
    `strongroom_http_received_bytes_total{${labels}} 400`,
    `strongroom_http_sent_bytes_total{${labels}} 4000`,
  ])
    assert.ok(lines.includes(line), `${line} is missing in\n${lines.join('\n')}`);
});

test('methods that a client makes up share one series', async () => {
  const lines = await told((observer) => {
    for (const method of ['PROPFIND', 'MKCOL', 'UNLINK']) observer.answered({ ...request, method });
  });
  const counts = lines.filter((line) => line.startsWith('strongroom_http_requests_total{'));
  assert.deepEqual(counts, [
    'strongroom_http_requests_total{method="other",route="/v1/documents/:id",status="200"} 3',
  ]);
});

test('problems are counted by code, and every code is there from the start', async () => {
  const lines = await told((observer) => observer.refused('too_slow'));
  assert.ok(lines.includes('strongroom_http_problems_total{code="too_slow"} 1'));
  assert.ok(lines.includes('strongroom_http_problems_total{code="busy"} 0'));
});
