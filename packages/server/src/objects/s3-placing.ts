import { hasCode } from '../errors.ts';
import type { BodyReader } from './body-reader.ts';
import type { PutOptions, Stored } from './object-store.ts';
import type { S3Client } from './s3-client.ts';
import { type Answer, hasStatus, isPassing, versionOf } from './s3-error.ts';
import { payload, type Streamed } from './s3-payload.ts';

/** What one put is about. */
export interface Target {
  /** The whole key, prefix included. */
  readonly key: string;
  /** The object's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly options: PutOptions;
  /** What lies at the key: our own object, nothing (null), or somebody else's (raises `object_exists`). */
  look(size: number): Promise<Stored | null>;
}

/** Headers that make a write depend on what lies at its key. */
type Condition = Readonly<Record<string, string>>;

/** Stores an object by one call, where nothing is. `reader` is given when the body is a stream that can be sent only once. */
export async function putObject(
  client: S3Client,
  target: Target,
  body: Buffer | Streamed,
  reader?: BodyReader,
): Promise<Stored> {
  const { options, key, headers } = target;
  const ready = payload(body, client.profile.checksums, options.sha256);
  const write = async (condition: Condition) => {
    const answer = await client.headers({
      operation: 'PutObject',
      method: 'PUT',
      key,
      headers: { ...headers, ...ready.headers, ...condition },
      hash: ready.hash,
      body: ready.body,
      signal: options.signal,
    });
    return stored(body.length, answer);
  };
  return ifNoneMatch(client, target, body.length, write, { reader });
}

/** Makes an object of `size` bytes of its parts, where nothing is. */
export async function placeParts(
  client: S3Client,
  target: Target,
  size: number,
  complete: (condition: Condition) => Promise<{ etag: string; headers: Answer }>,
): Promise<Stored> {
  // Some engines ignore the condition on a completion, so the key is looked at as well.
  const there = await target.look(size);
  if (there) return { ...there, found: true };
  const write = async (condition: Condition) => {
    const { etag, headers } = await complete(condition);
    const seen = etag === '' ? await target.look(size) : null;
    return seen ?? stored(size, { ...headers, etag });
  };
  return ifNoneMatch(client, target, size, write, { looked: true });
}

/**
 * Writes on the condition that nothing is there (`If-None-Match: *`). Where the answer, or its absence, leaves open
 * what lies at the key, a look decides. Where the store is not known to heed the condition, the key is looked at
 * before as well (`looked` says that it just was). A stream under way when a store says that it does not know
 * conditions (501) is lost and has to be sent again.
 */
async function ifNoneMatch(
  client: S3Client,
  target: Target,
  size: number,
  write: (condition: Condition) => Promise<Stored>,
  { reader, looked = false }: { reader?: BodyReader | undefined; looked?: boolean } = {},
): Promise<Stored> {
  const { conditionalWrites } = client.profile;
  const there = conditionalWrites || looked ? null : await target.look(size);
  if (there) return { ...there, found: true };
  if (conditionalWrites === false) return write({});
  try {
    return await write({ 'if-none-match': '*' });
  } catch (error) {
    if (hasStatus(error, 501)) {
      client.profile = { ...client.profile, conditionalWrites: false };
      if (!reader) return ifNoneMatch(client, target, size, write);
    }
    const sent = !reader || reader.received === size;
    const found = sent && leavesOpen(error) ? await target.look(size).catch(onlyTaken) : null;
    if (found) return { ...found, found: true };
    throw error;
  }
}

/** Somebody was first (412, 409), the upload is gone and may have been completed (404), or no clear answer came. */
function leavesOpen(error: unknown): boolean {
  return [404, 409, 412].some((status) => hasStatus(error, status)) || isPassing(error);
}

/** A look that fails itself says nothing; what failed before it is what is told. */
function onlyTaken(error: unknown): null {
  if (hasCode(error, 'object_exists')) throw error;
  return null;
}

function stored(size: number, answer: Answer): Stored {
  return { size, etag: String(answer.etag ?? ''), versionId: versionOf(answer) };
}
