import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Backend, diskAndSqlite, s3AndPostgres } from '../acceptance/backends.ts';
import type { ApiDocument } from '../acceptance/client.ts';
import { lookInto, type StoreLook } from '../acceptance/store-look.ts';
import { paddedPdf } from '../fixtures/make.ts';
import { type Ending, startServer, type TestServer, testFolder } from '../harness.ts';
import { TusClient } from './tus-client.ts';

export const backends = [diskAndSqlite, s3AndPostgres];

/** Chores that run all the time, so that a test can wait until all is settled. */
const config = {
  documentTypes: [
    { id: 'contract', accept: ['application/pdf', 'text/plain'], trashFor: '0' },
    { id: 'small', accept: ['application/pdf'], maxSize: '200000' },
  ],
  lifecycle: { every: '50ms', lookAgainAfter: '50ms' },
};

/** A service, more of which may be started on the same store and records, and a look into its store. */
export interface House {
  readonly settings: Readonly<Record<string, string>>;
  readonly look: StoreLook;
  start(t: Ending): Promise<{ server: TestServer; tus: TusClient }>;
}

export async function house(t: Ending, backend: Backend): Promise<House> {
  const prepared = await backend.prepare(t);
  const settings: Readonly<Record<string, string>> = {
    ...prepared,
    STRONGROOM_API_KEY: 'the key of every server of the house',
    STOP_WITHIN: '100ms',
  };
  const shares = prepared.DATABASE_URL !== undefined;
  return {
    settings,
    look: lookInto(t, settings),
    start: async (within) => {
      const DATA_DIR = shares ? await testFolder(within) : String(settings.DATA_DIR);
      await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(config));
      const server = await startServer(within, { ...settings, DATA_DIR });
      return { server, tus: new TusClient(server) };
    },
  };
}

/** A real PDF in memory. */
export async function scan(bytes: number): Promise<{ bytes: Buffer; sha256: string }> {
  const { body, sha256 } = paddedPdf(bytes);
  const all = Buffer.concat(await body.toArray());
  return { bytes: all, sha256: sha256() };
}

/** The document once nobody reads it back any more. */
export async function settled(tus: TusClient, id: string): Promise<ApiDocument> {
  for (;;) {
    const { status, body } = await tus.document(id);
    if (status !== 200 || body.state !== 'inspecting') return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
