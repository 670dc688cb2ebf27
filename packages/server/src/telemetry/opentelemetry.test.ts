import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { receiveTraces } from '../../test/otlp-receiver.ts';
import { StrongroomError } from '../errors.ts';
import type { TraceSettings } from '../settings.ts';
import { openTelemetry } from './opentelemetry.ts';
import { ToldExporter } from './opentelemetry-exporter.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const answer = { requestId: 'r', method: 'GET', route: '/healthz', status: 200, ms: 1, in: 1, out: 1 };

const requestWith = (traceparent: string | undefined, method = 'GET') =>
  ({
    method,
    headers: { traceparent },
    socket: new Socket(),
    httpVersion: '1.1',
  }) as unknown as IncomingMessage;

async function opened(t: TestContext, changed: Partial<TraceSettings> = {}) {
  const receiver = await receiveTraces(t);
  const settings: TraceSettings = {
    url: `${receiver.url}/v1/traces`,
    serviceName: 'strongroom',
    sampler: 'parentbased_always_on',
    ratio: 1,
    ...changed,
  };
  const tracing = openTelemetry(settings, '1', { store: 'disk', records: 'sqlite' }, silent);
  return { tracing, spans: receiver.spans };
}

test('the sampler decides, and where it says so, the caller', async (t) => {
  for (const [sampler, flags, sent] of [
    ['parentbased_always_on', '01', 1],
    ['parentbased_always_on', '00', 0],
    ['parentbased_always_off', undefined, 0],
    ['always_on', '00', 1],
    ['always_off', '01', 0],
    ['traceidratio', '00', 1],
  ] as const) {
    const { tracing, spans } = await opened(t, { sampler });
    const request = requestWith(flags && `00-${traceId}-b7ad6b7169203331-${flags}`);
    tracing.within(request, () => {});
    tracing.answered(answer, request);
    await tracing.stop();
    assert.equal(spans.length, sent, `${sampler} ${flags}`);
  }
});

test('a traceparent that is none begins a new trace', async (t) => {
  const { tracing, spans } = await opened(t);
  for (const traceparent of [undefined, 'x', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
    const request = requestWith(traceparent);
    tracing.within(request, () => {});
    tracing.answered(answer, request);
  }
  await tracing.stop();
  assert.equal(spans.length, 3);
  assert.equal(new Set(spans.map(({ trace }) => trace)).size, 3);
  assert.ok(spans.every(({ parent }) => parent === ''));
});

test('calls of requests that run side by side are told under their own', async (t) => {
  const { tracing, spans } = await opened(t);
  const begin = tracing.calls('store');
  const serve = async (request: IncomingMessage, route: string) => {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      begin('stat')?.end('ok');
    }
    tracing.answered({ ...answer, route }, request);
  };
  const requests = ['/a', '/b'].map((route) => {
    const request = requestWith(undefined);
    return new Promise<void>((resolve, reject) =>
      tracing.within(request, () => void serve(request, route).then(resolve, reject)),
    );
  });
  await Promise.all(requests);
  tracing.within(requestWith(undefined), () => assert.equal(tracing.calls('records')('heartbeat'), null));
  assert.equal(begin('stat'), null, 'what no request asked for has no span');
  await tracing.stop();
  for (const route of ['/a', '/b']) {
    const root = spans.find(({ name }) => name === `GET ${route}`);
    assert.equal(spans.filter(({ parent }) => parent === root?.id).length, 3, route);
  }
});

test('errors are told by their code, never by their words; only faults are errors', async (t) => {
  const { tracing, spans } = await opened(t);
  const begin = tracing.calls('store');
  const request = requestWith(undefined, 'BREW');
  tracing.within(request, () => {
    begin('open')?.end('refused', new StrongroomError('object_missing', { key: 'a-secret' }));
    begin('open')?.end('failed', new StrongroomError('store_unavailable', {}));
    begin('open')?.end('failed', new TypeError('a-secret is not a function'));
  });
  tracing.answered({ ...answer, method: 'BREW', route: null, status: null }, request);
  const download = requestWith(undefined);
  tracing.within(download, () => {});
  tracing.answered({ ...answer, status: null, brokenOffBy: 'internal' }, download);
  await tracing.stop();
  assert.deepEqual(
    spans.map(({ name, status, attributes }) => [name, status, attributes['error.type']]),
    [
      ['store.open', 0, 'object_missing'],
      ['store.open', 2, 'store_unavailable'],
      ['store.open', 2, 'TypeError'],
      ['HTTP', 0, 'aborted'],
      ['GET /healthz', 2, 'internal'],
    ],
  );
  assert.equal(spans[3]?.attributes['http.request.method'], '_OTHER');
  assert.doesNotMatch(JSON.stringify(spans), /a-secret/);
});

test('the operator hears once that spans can’t be sent, and once that they are again', () => {
  const lines: string[] = [];
  const log = {
    ...silent,
    warn: (_: object, line: string) => lines.push(line),
    info: (_: object, line: string) => lines.push(line),
  };
  const results = [
    { code: 1, error: new Error('refused') },
    { code: 1, error: new Error('refused') },
    { code: 0 },
    { code: 0 },
  ];
  const exporter = new ToldExporter(
    { export: (_spans, heard) => heard(results.shift() ?? { code: 0 }), shutdown: async () => {} },
    log,
  );
  const codes: number[] = [];
  for (let turn = 0; turn < 4; turn++) exporter.export([], ({ code }) => codes.push(code));
  assert.deepEqual(codes, [1, 1, 0, 0]);
  assert.deepEqual(lines, ['traces can’t be sent; they are dropped', 'traces are sent again']);
});
