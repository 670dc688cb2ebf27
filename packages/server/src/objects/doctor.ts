import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { StrongroomError } from '../errors.ts';
import type { ObjectStore } from './object-store.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen. */
  readonly detail: string;
  /** What to do about it; empty when nothing is to be done. */
  readonly remedy: string;
}

/** Every check gets this long, in milliseconds. */
const within = 10_000;

/**
 * Tries the store for real: puts a small object under `.strongroom/`, reads it back, finds it in a list and deletes it.
 * Raises nothing: what goes wrong is an answer.
 */
export async function checkStore(
  store: ObjectStore,
  deployment: string,
): Promise<{ ok: boolean; checks: Check[] }> {
  const id = randomUUID();
  const key = `.strongroom/check/${id}`;
  const content = Buffer.from(`strongroom storage check ${id}\n`);
  const description = {
    version: 1 as const,
    deployment,
    id,
    recordId: '',
    type: '',
    filename: 'check.txt',
    createdAt: new Date().toISOString(),
  };
  const checks = [
    await check(
      'put',
      'Allow writing objects (s3:PutObject), or give the service its folder.',
      async (signal) => {
        const stored = await store.put(key, content, {
          size: content.length,
          contentType: 'text/plain',
          description,
          signal,
        });
        return `wrote ${stored.size} bytes to ${store.path(key)}`;
      },
    ),
    await check('read', 'Allow reading objects (s3:GetObject).', async (signal) => {
      const opened = await store.open(key, { signal });
      if (!(await buffer(opened.body)).equals(content))
        throw new Error('other bytes came back than were written');
      return 'the same bytes came back';
    }),
    await check(
      'list',
      'Allow listing the bucket (s3:ListBucket); rebuilds and sweeps need it.',
      async (signal) => {
        for await (const object of store.list('.strongroom/check/', { signal })) {
          if (object.key === key) return 'the object is in the list';
        }
        throw new Error('the object just written is not in the list');
      },
    ),
    await check(
      'delete',
      'Allow deleting objects (s3:DeleteObject, s3:AbortMultipartUpload); purges need it.',
      async (signal) => {
        await store.remove(key, signal);
        if (await store.stat(key, signal)) throw new Error('the object is still there');
        return 'the object is gone';
      },
    ),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

async function check(
  name: string,
  remedy: string,
  work: (signal: AbortSignal) => Promise<string>,
): Promise<Check> {
  try {
    return { name, ok: true, detail: await work(AbortSignal.timeout(within)), remedy: '' };
  } catch (error) {
    return { name, ok: false, detail: inWords(error), remedy };
  }
}

/** What the store said, with its code; the adapters keep secrets out of causes. */
function inWords(error: unknown): string {
  if (error instanceof StrongroomError && error.cause instanceof Error) return error.cause.message;
  return error instanceof Error ? error.message : String(error);
}
