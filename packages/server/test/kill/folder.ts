import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Own } from '../engines/engines.ts';
import { testBucket, testDatabase } from '../harness.ts';

type Settings = Readonly<Record<string, string>>;

/** A run's folder: the ledger, what was found, logs, and what servers and engines keep. */
export class Folder {
  readonly path: string;
  #stays = false;

  /** @param keep the one to go on with and to leave; null: a temporary one */
  constructor(keep: string | null) {
    this.path = keep === null ? mkdtempSync(join(tmpdir(), 'strongroom-kill-')) : resolve(keep);
    for (const name of ['ceph', 'postgres']) mkdirSync(join(this.path, name), { recursive: true });
    // PostgreSQL does not run as root; its user must get through.
    chmodSync(this.path, 0o755);
    if (keep !== null) this.leave();
  }

  /** For the next run, or for whoever looks for the reason of what was found. Answers where it is. */
  leave(): string {
    this.#stays = true;
    for (const name of ['ceph', 'postgres']) writeFileSync(join(this.path, name, 'keep'), '');
    return this.path;
  }

  /** At the end: removes it unless it is to be left. */
  close(): void {
    if (!this.#stays) rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Where an engine has its data, and its secret. */
  engine(name: 'ceph' | 'postgres'): Own {
    return { folder: join(this.path, name), secret: this.#once('secret', randomUUID) };
  }

  /** A bucket and a database on the engines that the environment names: those of the earlier run, or new ones. */
  async bucketAndDatabase(): Promise<Settings> {
    const file = join(this.path, 'settings.json');
    if (!existsSync(file)) {
      // They go with the engines' data.
      const never = { after: () => {} };
      const { environment } = await testBucket(never);
      writeFileSync(file, JSON.stringify({ ...environment, DATABASE_URL: await testDatabase(never) }));
    }
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    const url = new URL(process.env.STRONGROOM_TEST_DATABASE_URL ?? '');
    url.pathname = new URL(settings.DATABASE_URL).pathname;
    return { ...settings, S3_ENDPOINT: process.env.STRONGROOM_TEST_S3_ENDPOINT, DATABASE_URL: url.href };
  }

  #once(name: string, make: () => string): string {
    const file = join(this.path, name);
    if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
    return readFileSync(file, 'utf8');
  }
}
