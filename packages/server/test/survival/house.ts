import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../acceptance/backends.ts';
import { ApiClient, type ApiDocument } from '../acceptance/client.ts';
import { lookAtRecords } from '../acceptance/crash-records.ts';
import { lookInto } from '../acceptance/store-look.ts';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { type Ending, raceFreePort, startServer, type TestServer, testFolder } from '../harness.ts';

/** Chores that run all the time, so that a test can wait until all is settled. */
const config = { lifecycle: { every: '200ms', lookAgainAfter: '200ms', forgetAfter: '0s' } };
const key = 'the key of every server of the house';
const patience = 60_000;

/** A server that is killed and comes back at the same address, and the line to it, which breaks. */
export interface Node {
  readonly line: TcpProxy;
  readonly api: ApiClient;
  /** SIGKILL; resolves when it serves again. */
  killAndRestart(): Promise<void>;
}

/** A store and its records, on which servers run. */
export class House {
  readonly #t: Ending;
  readonly #settings: Readonly<Record<string, string>>;

  /** @param more settings beside those of store and records */
  static async build(
    t: Ending,
    backend: Backend,
    more: Readonly<Record<string, string>> = {},
  ): Promise<House> {
    return new House(t, { ...(await backend.prepare(t)), ...more, STRONGROOM_API_KEY: key });
  }

  private constructor(t: Ending, settings: Readonly<Record<string, string>>) {
    this.#t = t;
    this.#settings = settings;
  }

  /** Whether several servers can run on it. */
  get isShared(): boolean {
    return this.#settings.DATABASE_URL !== undefined;
  }

  async start(): Promise<Node> {
    const port = await raceFreePort();
    const line = await TcpProxy.before(this.#t, `http://127.0.0.1:${port}`);
    const DATA_DIR = this.isShared ? await testFolder(this.#t) : String(this.#settings.DATA_DIR);
    await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(config));
    const settings = { ...this.#settings, DATA_DIR, PORT: String(port), PUBLIC_URL: line.url };
    const live = () => startServer(this.#t, settings);
    let server: TestServer = await live();
    return {
      line,
      api: new ApiClient({ url: line.url, key }),
      killAndRestart: async () => {
        await server.kill();
        server = await live();
      },
    };
  }

  /** Two hours pass for the chores, so that nothing waits for its time. */
  async passTime(): Promise<void> {
    await lookAtRecords(this.#settings).passTime();
  }

  /**
   * Waits until the chores have done all they have to do, and raises an Error unless the documents of this record are these alone,
   * and nothing else lies in the store: no other object, no part, no piece, no unfinished file.
   */
  async assertNothingElse(api: ApiClient, recordId: string, ids: readonly string[]): Promise<void> {
    const look = lookInto(this.#t, this.#settings);
    await this.passTime();
    let seen = '';
    for (const end = performance.now() + patience; performance.now() < end; await sleep(100)) {
      const query = new URLSearchParams({ recordId, state: 'all' });
      const { body } = await api.send<{ items: ApiDocument[] }>('GET', `/v1/documents?${query}`);
      const there = body.items.map(({ id }) => id);
      const wanted = body.items.map(({ storage }) => storage.key).sort();
      const [keys, left, emptied] = [await look.keys(), await look.leftovers(), await look.emptied()];
      seen = JSON.stringify({ there, keys, left, emptied }, null, 1);
      const isAlone = JSON.stringify([there, keys]) === JSON.stringify([ids, wanted]);
      if (isAlone && left.length + emptied.length === 0) return;
    }
    throw new Error(`never settled: ${seen}`);
  }
}
