import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { type Ending, raceFreePort, startServer, type TestServer } from '../harness.ts';
import type { Account } from './account.ts';

/** How many dead servers' logs are kept, of each host. */
const logsKept = 6;

export interface HostParts {
  readonly site: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** For the logs of the dead. */
  readonly folder: string;
  readonly account: Account;
}

/** A place where a server runs, is killed and runs again, behind one address that stays. */
export class Host {
  readonly name: string;
  /** Between clients and server. */
  readonly front: TcpProxy;
  readonly #parts: HostParts;
  #life: Life | null = null;
  #lives = 0;

  static async build(t: Ending, parts: HostParts): Promise<Host> {
    const port = await raceFreePort();
    const front = await TcpProxy.before(t, `http://127.0.0.1:${port}`);
    const settings = { ...parts.settings, PORT: String(port), PUBLIC_URL: front.url };
    const host = new Host({ ...parts, settings }, front);
    t.after(() => host.#life?.end());
    return host;
  }

  private constructor(parts: HostParts, front: TcpProxy) {
    this.name = parts.name;
    this.front = front;
    this.#parts = parts;
  }

  /** It runs, or is starting. */
  get lives(): boolean {
    return this.#life !== null;
  }

  /** Resolves when it listens, or when it was killed before that. Rejects when it ended by itself. */
  async start(): Promise<void> {
    const life = new Life();
    this.#life = life;
    this.#lives++;
    try {
      life.server = await startServer(life, this.#parts.settings, { waits: true });
    } catch (error) {
      if (!life.over) throw error;
    }
  }

  /** SIGKILL, also in the middle of its start. */
  async kill(): Promise<void> {
    const life = this.#life;
    if (!life) return;
    this.#life = null;
    await life.end();
    this.#parts.account.count('kills');
    await this.#keepLog(life.server?.logs() ?? '');
  }

  async #keepLog(log: string): Promise<void> {
    const { account, site, folder } = this.#parts;
    const file = (life: number) => join(folder, `${this.name}-${life}.log`);
    await writeFile(file(this.#lives), log);
    await rm(file(this.#lives - logsKept), { force: true });
    for (const line of log.match(/^.*"level":"(?:error|fatal)".*$/gm) ?? [])
      account.find('fault', site, line);
  }
}

/** One server from its start to its death; what the start made ends with it. */
class Life {
  server: TestServer | null = null;
  over = false;
  readonly #undo: (() => unknown)[] = [];

  readonly after: TestContext['after'] = (undo) => {
    this.#undo.push(undo as () => unknown);
  };

  async end(): Promise<void> {
    this.over = true;
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }
}
