import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fixtures from '../fixtures/make.ts';
import { raceFreePort, startServer, testFolder } from '../harness.ts';
import { receiveTraces, type SentSpan } from '../otlp-receiver.ts';
import { backends } from './backends.ts';
import { ApiClient } from './client.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

/** The request line of the log that carries this request id. */
function logged(logs: string, requestId: string): Record<string, unknown> | undefined {
  const lines = logs.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line)).find((line) => line.requestId === requestId && 'ms' in line);
}

const named = (spans: readonly SentSpan[], name: string) => spans.filter((span) => span.name === name);

for (const backend of backends) {
  describe(`traces on ${backend.name}`, { skip: backend.missing() }, () => {
    test('an upload is one tree: the request, and under it what it asked of records and store', async (t) => {
      const receiver = await receiveTraces(t);
      const settings = await backend.prepare(t);
      const server = await startServer(t, {
        ...settings,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=seven',
        OTEL_SERVICE_NAME: 'documents',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      });
      const api = new ApiClient(server);
      const content = fixtures.pdf();
      const headers = { traceparent: `00-${traceId}-${parentId}-01`, 'x-request-id': 'upload-1' };
      const claims = { recordId: 'a-record', type: 'id', filename: 'a-name.pdf', headers };
      const { body } = await api.upload('raw', claims, { size: content.length, body: content });
      await api.send('GET', '/v1/documents/019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11', {
        headers: { 'x-request-id': 'missing-1' },
      });
      assert.equal(await server.stop(), 0, 'what was not sent yet is sent at the stop');

      const { spans } = receiver;
      const [root, ...others] = named(spans, 'POST /v1/documents');
      assert.ok(root && others.length === 0);
      const { name, trace, parent, kind, status, attributes } = root;
      assert.deepEqual(
        { name, trace, parent, kind, status, attributes },
        {
          name: 'POST /v1/documents',
          trace: traceId,
          parent: parentId,
          kind: 2,
          status: 0,
          attributes: {
            'http.request.method': 'POST',
            'url.scheme': 'http',
            'network.protocol.version': '1.1',
            'strongroom.request_id': 'upload-1',
            'http.route': '/v1/documents',
            'http.response.status_code': 201,
          },
        },
      );
      assert.deepEqual(
        spans.filter(({ parent }) => parent === root.id).map(({ name, kind, trace }) => [name, kind, trace]),
        ['records.create', 'store.put', 'records.transition'].map((name) => [name, 3, traceId]),
      );
      const [create] = named(spans, 'records.create');
      const database = 'DATABASE_URL' in settings ? 'postgresql' : 'sqlite';
      assert.deepEqual(create?.attributes, { 'db.system.name': database, 'db.operation.name': 'create' });

      const [missing] = named(spans, 'GET /v1/documents/:id');
      assert.ok(missing && missing.trace !== traceId && missing.parent === '');
      assert.equal(missing.status, 0, 'a refusal is no fault of the server');
      assert.equal(missing.attributes['http.response.status_code'], 404);

      assert.equal(root.resource['service.name'], 'documents');
      assert.equal(root.resource['deployment.environment.name'], 'test');
      assert.equal((receiver.headers[0] as Record<string, string>)['x-tenant'], 'seven');
      assert.equal(logged(server.logs(), 'upload-1')?.traceId, traceId);
      assert.equal(logged(server.logs(), 'missing-1')?.traceId, missing.trace);
      const all = JSON.stringify(spans);
      for (const secret of ['a-record', 'a-name', body.id, server.key, content.toString('latin1', 0, 20)])
        assert.ok(!all.includes(secret), secret);
      assert.ok(
        spans.every(({ name, parent }) => parent !== '' || name.startsWith('GET ')),
        'chores have none',
      );
    });
  });
}

test('a database that is away is an error on the call and on the request', async (t) => {
  const receiver = await receiveTraces(t);
  const env = {
    DATABASE_URL: `postgres://nobody@127.0.0.1:${await raceFreePort()}/none`,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
  };
  const server = await startServer(t, env, { waits: true });
  await new ApiClient(server).send('GET', '/readyz');
  await new ApiClient(server).send('GET', '/v1/document-types');
  assert.equal(await server.stop(), 0);
  const [ready] = named(receiver.spans, 'GET /readyz');
  const ping = receiver.spans.find(({ name, parent }) => name === 'records.ping' && parent === ready?.id);
  assert.deepEqual([ping?.status, ping?.attributes['error.type']], [2, 'records_unavailable']);
  const [types] = named(receiver.spans, 'GET /v1/document-types');
  assert.deepEqual([types?.status, types?.attributes['error.type']], [2, '503']);
});

test('a download that breaks off over altered bytes is our error, not a client that went away', async (t) => {
  const receiver = await receiveTraces(t);
  const folder = await testFolder(t);
  const server = await startServer(t, { DATA_DIR: folder, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const api = new ApiClient(server);
  const content = Buffer.alloc(4 * 1024 * 1024, 'a');
  const claims = { recordId: 'r', type: 'other', filename: 'a.txt' };
  const { body } = await api.upload('raw', claims, { size: content.length, body: content });
  const file = join(folder, 'objects', body.storage.key ?? '');
  await rm(file);
  await writeFile(file, content.fill('b', content.length - 1));
  const path = `/v1/documents/${body.id}/content`;
  const headers = { authorization: `Bearer ${server.key}` };
  const answer = await fetch(`${server.url}${path}`, { headers });
  assert.equal(answer.status, 200);
  await assert.rejects(answer.arrayBuffer());
  assert.equal(await server.stop(), 0);
  const [download] = named(receiver.spans, 'GET /v1/documents/:id/content');
  assert.deepEqual([download?.status, download?.attributes['error.type']], [2, 'internal']);
});

test('a receiver that is away costs no answer and holds up no stop', async (t) => {
  const server = await startServer(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await raceFreePort()}`,
  });
  assert.equal((await new ApiClient(server).send('GET', '/readyz')).status, 200);
  assert.equal(await server.stop(), 0);
});
