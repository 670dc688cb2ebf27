import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { hasCode, StartError } from './errors.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { DeploymentRecords } from './records/document-records.ts';

/** Where the store says whose it is. */
export const deploymentKey = '.strongroom/deployment';

/** The name under which the records keep that a store of theirs says so. */
const marked = 'store-marked';

/**
 * Makes sure that these records and this store belong together, and answers the deployment's id. It is made once and
 * kept on both sides; two processes that start at once agree.
 *
 * Only a first start marks a store. Records whose store was marked, on one that is not, are on the wrong bucket or an
 * unmounted folder: there every object is missing, which the chores would take for bytes that are gone.
 * Raises StartError for that, and when the two sides name different deployments; `store_unavailable`, `records_unavailable`.
 * @param adopt the id to take on when the records are new and the store already has one, or to mark the store with again
 */
export async function settleDeployment(
  records: DeploymentRecords,
  store: ObjectStore,
  adopt: string | null,
): Promise<string> {
  // Before the store is read: whoever marks it meanwhile says so afterwards.
  const wasMarked = (await records.kept(marked)) !== null;
  const found = await read(store);
  const kept = await records.kept('deployment');
  const wrong = quarrel(store, { known: kept, found, wasMarked, adopt });
  if (wrong !== null) throw new StartError(wrong);
  const known = kept ?? (await records.keepOnce('deployment', found ?? adopt ?? randomUUID()));
  const written = found ?? (await write(store, known));
  if (written !== known) throw new StartError(apart(store, written, known));
  if (!wasMarked) await records.keepOnce(marked, 'yes');
  return known;
}

/**
 * As `settleDeployment`, without writing anything: the deployment's id, or null where a first start would make it.
 * Raises the same.
 */
export async function deploymentOf(
  records: Pick<DeploymentRecords, 'kept'>,
  store: ObjectStore,
  adopt: string | null,
): Promise<string | null> {
  const wasMarked = (await records.kept(marked)) !== null;
  const found = await read(store).catch(noFolder);
  const known = await records.kept('deployment');
  const wrong = quarrel(store, { known, found, wasMarked, adopt });
  if (wrong !== null) throw new StartError(wrong);
  return known ?? found ?? adopt;
}

/** A folder that is not there, since nothing was stored yet or its disk is not mounted, holds no mark. */
function noFolder(error: unknown): null {
  const cause = hasCode(error, 'store_unavailable') ? error.cause : null;
  if ((cause as NodeJS.ErrnoException | null)?.code !== 'ENOENT') throw error;
  return null;
}

interface Sides {
  /** What the records say. */
  readonly known: string | null;
  /** What the store says. */
  readonly found: string | null;
  readonly wasMarked: boolean;
  readonly adopt: string | null;
}

/** Why records and store don't belong together, in one line; null when they do or may. */
function quarrel(store: ObjectStore, { known, found, wasMarked, adopt }: Sides): string | null {
  if (known === null) return found === null || found === adopt ? null : strange(store, found);
  if (found === null) return wasMarked && adopt !== known ? unmarked(store, known) : null;
  return found === known ? null : apart(store, found, known);
}

function apart(store: ObjectStore, found: string, known: string): string {
  return (
    `${place(store)} belongs to deployment ${found}, but these records belong to deployment ${known}: ` +
    'point the service at its own bucket or prefix, or at the records that go with this one.'
  );
}

function strange(store: ObjectStore, found: string): string {
  return (
    `${place(store)} already belongs to deployment ${found}, and these records are new: ` +
    'use the records that go with it, another bucket, folder or S3_PREFIX, ' +
    `or set STRONGROOM_DEPLOYMENT=${found} to take it over with empty records.`
  );
}

function unmarked(store: ObjectStore, known: string): string {
  return (
    `${place(store)} is missing, and these records have a store of their own (deployment ${known}): ` +
    'point the service at its bucket, S3_PREFIX or folder (is the disk mounted?). ' +
    `If the documents do lie here, STRONGROOM_DEPLOYMENT=${known} marks it again.`
  );
}

function place(store: ObjectStore): string {
  return store.path(deploymentKey);
}

async function read(store: ObjectStore): Promise<string | null> {
  try {
    return (await text((await store.open(deploymentKey)).body)).trim();
  } catch (error) {
    if (hasCode(error, 'object_missing')) return null;
    throw error;
  }
}

async function write(store: ObjectStore, deployment: string): Promise<string> {
  const content = Buffer.from(`${deployment}\n`);
  try {
    await store.put(deploymentKey, content, {
      size: content.length,
      contentType: 'text/plain',
      description: {
        version: 1,
        deployment,
        id: deployment,
        recordId: '',
        type: '',
        filename: 'deployment.txt',
        createdAt: new Date().toISOString(),
      },
    });
    return deployment;
  } catch (error) {
    if (!hasCode(error, 'object_exists')) throw error;
    return (await read(store)) ?? deployment;
  }
}
