import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pdf } from '../fixtures/make.ts';
import type { TestServer } from '../harness.ts';
import type { Backend } from './backends.ts';
import { ApiClient, type ApiDocument, sha256 } from './client.ts';
import { lookInto, type StoreLook } from './store-look.ts';

/** What the configured types take, in bytes. */
export const limits = { small: 65_536, service: 12 * 2 ** 20 } as const;
export const paperTypes = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'];

const config = {
  documentTypes: [
    { id: 'paper', accept: paperTypes, trashFor: '0' },
    { id: 'small', accept: paperTypes, maxSize: limits.small, trashFor: '0' },
  ],
  lifecycle: { every: '100ms', uploadDeadAfter: '1s', lookAgainAfter: '100ms', forgetAfter: '0' },
};

/** A refusal as a test expects it: the status, what `detail` must tell, the code and its parameters, and nothing else. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: RegExp;
  /** A function says whether the value will do. `problem` may be left out: it is a part of `detail`. */
  readonly [parameter: string]: unknown;
}

/** Holds an answer to RFC 9457 and docs/errors.md. */
export function assertRefused(
  answer: { status: number; headers: object; body: unknown },
  { status, detail, ...expected }: Refusal,
  what = '',
): void {
  const said = `${what} ${JSON.stringify(answer.body)}`;
  assert.equal(answer.status, status, said);
  const headers = answer.headers as Record<string, string>;
  assert.equal(headers['content-type'], 'application/problem+json', said);
  const { type, title, status: repeated, detail: told, ...members } = answer.body as Record<string, unknown>;
  assert.deepEqual([type, repeated], [`urn:strongroom:problem:${expected.code}`, status], said);
  assert.ok(typeof title === 'string' && title !== '', said);
  assert.match(String(told), detail, said);
  if (!('problem' in expected) && 'problem' in members) {
    assert.ok(String(told).includes(String(members.problem)), said);
    delete members.problem;
  }
  const wanted = Object.entries(expected).map(([name, value]) =>
    typeof value === 'function' && value(members[name]) === true ? [name, members[name]] : [name, value],
  );
  assert.deepEqual(members, Object.fromEntries(wanted), said);
}

/**
 * A service of its own process in which nothing may stay: its chores run all the time, what is deleted is gone at once,
 * and its store is looked at from outside.
 */
export class WatchedService {
  readonly server: TestServer;
  readonly api: ApiClient;
  readonly look: StoreLook;

  constructor(server: TestServer, look: StoreLook) {
    this.server = server;
    this.api = new ApiClient(server);
    this.look = look;
  }

  static async begin(
    t: TestContext,
    backend: Backend,
    env: Readonly<Record<string, string>> = {},
  ): Promise<WatchedService> {
    const settings = await backend.prepare(t);
    await writeFile(join(settings.DATA_DIR ?? '', 'strongroom.config.json'), JSON.stringify(config));
    const all = { ...settings, MAX_UPLOAD_SIZE: String(limits.service), ...env };
    // Bytes that are no request can't be handed on by request.
    const server = await backend.start(t, all, {}, 'connection');
    return new WatchedService(server, lookInto(t, settings));
  }

  /** Whatever happened before: nothing of it is kept, and a good upload succeeds in the same process. */
  async assertUnharmed(what = ''): Promise<void> {
    await this.#comesTrue(`${what}: nothing is kept`, async () => [
      ...(await this.look.keys()),
      ...(await this.#documents()).filter(({ state }) => !['abandoned', 'purging', 'purged'].includes(state)),
    ]);
    const bytes = pdf();
    const { status, body } = await this.api.upload(
      'raw',
      { recordId: 'good', type: 'paper' },
      { size: bytes.length, body: bytes },
    );
    assert.equal(status, 201, `${what}: ${JSON.stringify(body)}`);
    assert.equal((await this.api.content(body.id)).sha256, sha256(bytes), what);
    assert.equal((await this.api.send('DELETE', `/v1/documents/${body.id}`)).status, 204, what);
  }

  /** After the chores there is no record, no object, nothing half-written, no fault in the log; and it stops as it should. */
  async assertEmptyInTheEnd(): Promise<void> {
    await this.#comesTrue('the chores leave nothing', async () => [
      ...(await this.look.keys()),
      ...(await this.look.leftovers()),
      ...(await this.#documents()),
    ]);
    assert.equal(await this.server.stop(), 0);
    const faults = this.server.logs().match(/^.*"level":"(?:warn|error|fatal)".*$/gm) ?? [];
    assert.deepEqual(faults, []);
  }

  async #documents(): Promise<ApiDocument[]> {
    const { body } = await this.api.send<{ items: ApiDocument[] }>(
      'GET',
      '/v1/documents?state=all&limit=200',
    );
    return body.items;
  }

  async #comesTrue(what: string, remains: () => Promise<unknown[]>): Promise<void> {
    const until = Date.now() + 10_000;
    let found = await remains();
    while (found.length > 0 && Date.now() < until) {
      await sleep(25);
      found = await remains();
    }
    assert.deepEqual(found, [], what);
  }
}
