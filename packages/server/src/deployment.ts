import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { hasCode, StartError } from './errors.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { DeploymentRecords } from './records/document-records.ts';

/** Where the store says whose it is. */
export const deploymentKey = '.strongroom/deployment';

/**
 * Makes sure that these records and this store belong together, and answers the deployment's id. It is made once and
 * kept on both sides; two processes that start at once agree.
 * Raises StartError when the two sides name different deployments, `store_unavailable`, `records_unavailable`.
 * @param adopt the id to take on when the records are new and the store already has one
 */
export async function settleDeployment(
  records: DeploymentRecords,
  store: ObjectStore,
  adopt: string | null,
): Promise<string> {
  const found = await read(store);
  let known = await records.kept('deployment');
  if (known === null) {
    if (found !== null && found !== adopt) throw new StartError(strange(store, found));
    known = await records.keepOnce('deployment', found ?? adopt ?? randomUUID());
  }
  const written = found ?? (await write(store, known));
  if (written !== known) {
    throw new StartError(
      `${place(store)} belongs to deployment ${written}, but these records belong to deployment ${known}: ` +
        'point the service at its own bucket or prefix, or at the records that go with this one.',
    );
  }
  return known;
}

function strange(store: ObjectStore, found: string): string {
  return (
    `${place(store)} already belongs to deployment ${found}, and these records are new: ` +
    'use the records that go with it, another bucket, folder or S3_PREFIX, ' +
    `or set STRONGROOM_DEPLOYMENT=${found} to take it over with empty records.`
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
