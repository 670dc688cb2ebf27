import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { following, type Passed, type Plan } from '../faults/kill-plan.ts';
import { startServer, type TestServer, testFolder } from '../harness.ts';
import type { Backend } from './backends.ts';
import { ApiClient, type Payload, type Way } from './client.ts';
import { lookAtRecords, type RecordsLook, type Row } from './crash-records.ts';
import { lookInto, type StoreLook } from './store-look.ts';

/**
 * Document types by what a DELETE does: gone at once, gone after an hour in the trash, or kept there for longer than
 * the test can wait.
 */
const trash = { fleeting: '0', binned: '1h', kept: '3650d' } as const;
export type Type = keyof typeof trash;

const config = {
  documentTypes: Object.entries(trash).map(([id, trashFor]) => ({
    id,
    trashFor,
    accept: ['application/pdf'],
  })),
  // Time passes only when the test says so (`passTime`).
  lifecycle: { every: '50ms', uploadDeadAfter: '1h', lookAgainAfter: '1h', forgetAfter: '1h' },
};

/** What the service has said about a document. Of one whose 201 was never seen, there is none. */
export interface Kept {
  readonly recordId: string;
  readonly id: string;
  readonly type: Type;
  readonly sha256: string;
  /** Asked for and not answered: it may have happened or not. */
  deletion: 'none' | 'asked' | 'acknowledged';
}

/** One store and its records, which outlive any number of processes, and what was acknowledged of them. */
export class House {
  readonly ledger = new Map<string, Kept>();
  readonly #t: TestContext;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #store: StoreLook;
  readonly #records: RecordsLook;
  readonly #scratch: string;
  #server: TestServer | null = null;
  #journal = '';

  static async build(t: TestContext, backend: Backend): Promise<House> {
    const settings: Readonly<Record<string, string>> = {
      ...(await backend.prepare(t)),
      STRONGROOM_API_KEY: 'a key that outlives every process',
      UPLOAD_BUFFER_BYTES: '1GiB',
      UPLOAD_EXPIRES: '1h',
    };
    await writeFile(join(settings.DATA_DIR ?? '', 'strongroom.config.json'), JSON.stringify(config));
    return new House(t, settings, await testFolder(t));
  }

  private constructor(t: TestContext, settings: Readonly<Record<string, string>>, scratch: string) {
    this.#t = t;
    this.#settings = settings;
    this.#scratch = scratch;
    this.#store = lookInto(t, settings);
    this.#records = lookAtRecords(settings);
  }

  /** Begins a life: a process on this house, which watches and stops what `stops` names. */
  async start(stops: Plan['stops'] = {}): Promise<void> {
    const name = `${this.#settings.S3_BUCKET ?? 'disk'}-${performance.now()}`;
    this.#journal = join(this.#scratch, `${name}.journal`);
    await appendFile(this.#journal, '');
    const file = join(this.#scratch, `${name}.json`);
    await writeFile(file, JSON.stringify({ journal: this.#journal, stops } satisfies Plan));
    const nodeOptions = Object.keys(stops).length > 0 ? following(file) : [];
    this.#server = await startServer(this.#t, this.#settings, { nodeOptions });
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#living.kill();
    this.#server = null;
  }

  get api(): ApiClient {
    return new ApiClient(this.#living);
  }

  /** Uploads, and keeps what was acknowledged. Answers null when the process died before it answered. */
  async upload(recordId: string, way: Way, size: number, type: Type = 'fleeting'): Promise<Kept | null> {
    const { payload, sha256 } = bodyOf(recordId, size);
    const claims = { recordId, type, filename: `${recordId}.pdf` };
    const answer = await unlessKilled(this.api.upload(way, claims, payload));
    if (!answer) return null;
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.equal(answer.body.sha256, sha256);
    const kept: Kept = { recordId, id: answer.body.id, type, sha256, deletion: 'none' };
    this.ledger.set(kept.id, kept);
    return kept;
  }

  /** Keeps an upload that its client knows to be whole. */
  keep(recordId: string, id: string, sha256: string): void {
    this.ledger.set(id, { recordId, id, type: 'fleeting', sha256, deletion: 'none' });
  }

  /** Deletes, and keeps that it was acknowledged. */
  async remove(kept: Kept): Promise<void> {
    kept.deletion = 'asked';
    const answer = await unlessKilled(this.api.send('DELETE', `/v1/documents/${kept.id}`));
    if (!answer) return;
    assert.equal(answer.status, kept.type === 'fleeting' ? 204 : 202);
    kept.deletion = 'acknowledged';
  }

  /** What this life's watched records have passed. */
  async passed(): Promise<Passed[]> {
    const lines = (await readFile(this.#journal, 'utf8')).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Passed);
  }

  /** Waits until each of these records stands where it was to be stopped, or has been killed there. */
  async stopped(recordIds: readonly string[]): Promise<void> {
    await this.#sees(recordIds, ({ recordId, stopped }) => (stopped ? recordId : null));
  }

  /** Waits until each of these has succeeded. */
  async havePassed(steps: readonly Pick<Passed, 'recordId' | 'step'>[]): Promise<void> {
    const name = ({ recordId, step }: Pick<Passed, 'recordId' | 'step'>) => `${recordId}: ${step}`;
    await this.#sees(steps.map(name), (passed) => (passed.moment === 'after' ? name(passed) : null));
  }

  async #sees(names: readonly string[], nameOf: (passed: Passed) => string | null): Promise<void> {
    let missing = names;
    await until(
      () => `${missing.join(', ')} in the journal\n${this.#living.logs()}`,
      async () => {
        const seen = new Set((await this.passed()).map(nameOf));
        missing = names.filter((name) => !seen.has(name));
        return missing.length === 0;
      },
    );
  }

  async passTime(recordIds?: readonly string[]): Promise<void> {
    await this.#records.passTime(recordIds);
  }

  rows(): Promise<Row[]> {
    return this.#records.rows();
  }

  /** A life without faults, in which time passes until the chores have nothing left to do. */
  async settle(): Promise<void> {
    await this.start();
    let busy: Row[] = [];
    await until(
      () => `the chores to settle ${JSON.stringify(busy)}\n${this.#living.logs()}`,
      async () => {
        await this.passTime();
        busy = (await this.rows()).filter((row) => !isQuiet(row));
        return busy.length === 0;
      },
    );
  }

  /**
   * Holds what the service now says and what lies in its store to the ledger. It must have settled.
   * @param unswept pieces may lie there of uploads that are over: of a writer that was killed, which are swept after an hour
   */
  async check({ unswept = false } = {}): Promise<void> {
    const rows = await this.rows();
    const known = new Set(rows.map(({ id }) => id));
    for (const kept of this.ledger.values()) await this.#checkKept(kept, known.has(kept.id));
    for (const row of rows) await this.#checkReadable(row);
    const scratch = '.strongroom/uploads/';
    const keys = await this.#store.keys();
    const isSwept = (key: string) => unswept && known.has(key.slice(scratch.length).split('/')[0] ?? '');
    assert.deepEqual(
      keys.filter((key) => !key.startsWith(scratch) || !isSwept(key)),
      rows.map(({ key }) => key).sort(),
    );
    assert.deepEqual(await this.#store.leftovers(), []);
    assert.deepEqual(await this.#store.emptied(), []);
  }

  /** Acknowledged is there; an acknowledged delete stays one, and leads back out of the trash whole. */
  async #checkKept(kept: Kept, known: boolean): Promise<void> {
    const told = JSON.stringify(kept);
    const { status, sha256 } = await this.api.content(kept.id);
    if (kept.deletion === 'none') {
      assert.deepEqual([status, sha256], [200, kept.sha256], told);
    } else if (kept.deletion === 'acknowledged') {
      assert.equal(status, kept.type === 'kept' ? 410 : 404, told);
      assert.equal(known, kept.type === 'kept', told);
    } else {
      assert.ok(status === 200 ? sha256 === kept.sha256 : [404, 410].includes(status), `${status} ${told}`);
    }
  }

  async #checkReadable(row: Row): Promise<void> {
    const at = `/v1/documents/${row.id}`;
    const document =
      row.state === 'deleted' ? await this.api.send('POST', `${at}/restore`) : await this.api.send('GET', at);
    const { status, size, sha256 } = await this.api.content(row.id);
    const { body } = document;
    assert.deepEqual(
      [document.status, body.state, status, size, sha256],
      [200, 'available', 200, body.size, body.sha256],
      JSON.stringify(row),
    );
  }

  get #living(): TestServer {
    if (this.#server === null) throw new Error('no process lives here');
    return this.#server;
  }
}

/** Nothing more will happen to it by itself. */
function isQuiet({ state, type }: Row): boolean {
  return state === 'available' || (state === 'deleted' && type === 'kept');
}

/** A PDF by its first bytes, of its own content for each name. */
export function bodyOf(name: string, size: number): { payload: Payload; sha256: string } {
  const head = Buffer.from(`%PDF-1.7\n% ${name}\n`);
  const filler = Buffer.alloc(Math.min(size, 64 * 1024), 'strongroom ');
  function* chunks() {
    yield head;
    for (let left = size - head.length; left > 0; left -= filler.length) yield filler.subarray(0, left);
  }
  const hash = createHash('sha256');
  for (const chunk of chunks()) hash.update(chunk);
  const body = (async function* () {
    yield* chunks();
  })();
  return { payload: { size, body }, sha256: hash.digest('hex') };
}

/** Null when the connection broke: nobody was left to answer. */
export async function unlessKilled<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const { code } = error as { code?: string };
    if (['UND_ERR_SOCKET', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(code ?? '')) return null;
    throw error;
  }
}

const patience = 40_000;

async function until(what: () => string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what()}`);
    await sleep(100);
  }
}
