import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Ending } from './harness.ts';

/** A span as it was sent. Ids in hex; `parent` is empty where it has none. */
export interface SentSpan {
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A receiver of traces by OTLP over HTTP in protobuf, as a collector is one. */
export async function receiveTraces(
  t: Ending,
): Promise<{ readonly url: string; readonly spans: SentSpan[]; readonly headers: object[] }> {
  const spans: SentSpan[] = [];
  const headers: object[] = [];
  const server = createServer(async (request, response) => {
    headers.push(request.headers);
    const body = await buffer(request);
    if (request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf')
      spans.push(...spansIn(body));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, headers };
}

/** ExportTraceServiceRequest of opentelemetry-proto 1: resource spans → scope spans → spans. */
function spansIn(body: Buffer): SentSpan[] {
  return messages(body, 1).flatMap((ofResource) => {
    const resource = messages(ofResource, 1).flatMap((each) => attributesIn(each, 1));
    return messages(ofResource, 2)
      .flatMap((ofScope) => messages(ofScope, 2))
      .map((span) => spanIn(span, Object.fromEntries(resource)));
  });
}

function spanIn(span: Buffer, resource: SentSpan['resource']): SentSpan {
  const [status] = messages(span, 15);
  return {
    trace: bytes(span, 1).toString('hex'),
    id: bytes(span, 2).toString('hex'),
    parent: bytes(span, 4).toString('hex'),
    name: bytes(span, 5).toString(),
    kind: number(span, 6),
    attributes: Object.fromEntries(attributesIn(span, 9)),
    status: status ? number(status, 3) : 0,
    resource,
  };
}

/** KeyValue: 1 the key, 2 the value, which is one of 1 text, 2 truth, 3 whole number. */
function attributesIn(message: Buffer, field: number): [string, unknown][] {
  return messages(message, field).map((each) => {
    const value = bytes(each, 2);
    const [text] = messages(value, 1);
    return [bytes(each, 1).toString(), text ? text.toString() : number(value, 3)];
  });
}

const messages = (message: Buffer, field: number) =>
  fieldsOf(message)
    .filter(([number]) => number === field)
    .map(([, value]) => value)
    .filter((value) => Buffer.isBuffer(value));
const bytes = (message: Buffer, field: number) => messages(message, field)[0] ?? Buffer.alloc(0);
const number = (message: Buffer, field: number) =>
  Number(fieldsOf(message).find(([number]) => number === field)?.[1] ?? 0);

/** The fields of a protobuf message: numbers as they are, everything of a length as bytes. */
function fieldsOf(message: Buffer): [number: number, value: Buffer | bigint][] {
  const fields: [number, Buffer | bigint][] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    fields.push([tag >> 3, value]);
  }
  return fields;
}
