import type { Finding } from '../doctor.ts';
import { hasStatus, S3Error } from '../s3-error.ts';
import { elements, text } from '../s3-xml.ts';
import { isAnswer, isDenied, type Probe, said, type Trial } from './trial.ts';

/** Puts an object with these of the service's headers alone, unless the one that lies there was put with all of them. */
async function withHeaders(trial: Trial, ...names: string[]): Promise<void> {
  if (trial.stored) return;
  const chosen = Object.entries(trial.headers).filter(([name]) => names.includes(name));
  await trial.put({ ...trial.plainHeaders, ...Object.fromEntries(chosen) });
}

const groups = 'http://acs.amazonaws.com/groups/global/';
/** What a canned ACL grants besides the owner's rights (S3 user guide, "Canned ACL"); the others depend on who writes. */
const grants: Readonly<Record<string, readonly string[]>> = {
  private: [],
  'public-read': [`${groups}AllUsers READ`],
  'public-read-write': [`${groups}AllUsers READ`, `${groups}AllUsers WRITE`],
  'authenticated-read': [`${groups}AuthenticatedUsers READ`],
};

export const acl: Probe = {
  name: 'acl',
  rights: 's3:PutObjectAcl and s3:GetObjectAcl',
  cheap: true,
  writes: true,
  needed: ({ settings }) => settings.acl !== null,
  otherwise: 'what S3_ACL grants is not granted',
  async ask(trial) {
    const wanted = trial.settings.acl;
    if (wanted === null)
      return { result: 'works', detail: 'not used: S3_ACL is none, objects are sent without one' };
    try {
      await withHeaders(trial, 'x-amz-acl');
    } catch (error) {
      if (!isAnswer(error)) throw error;
      return refusedAcl(error, wanted);
    }
    return keptAcl(trial, wanted);
  },
};

function refusedAcl(error: S3Error, wanted: string): Finding {
  return {
    result: isDenied(error) ? 'not_allowed' : 'fails',
    detail: `the bucket refuses the ACL ${wanted}: ${said(error)}`,
    effect: 'every upload is answered 503 store_unavailable',
    remedy: isDenied(error)
      ? 'Allow s3:PutObjectAcl (and, for a public one, lift the block on public ACLs), or set S3_ACL=none.'
      : 'Set S3_ACL=none, and say by a bucket policy who else may read.',
  };
}

async function keptAcl(trial: Trial, wanted: string): Promise<Finding> {
  const expected = grants[wanted];
  let granted: string[];
  try {
    granted = grantsIn(await trial.asked('GetObjectAcl', { acl: '' }, 'object'));
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return {
      result: isDenied(error) ? 'not_allowed' : 'fails',
      detail: `the ACL was accepted, and can’t be read back: ${said(error)}`,
      effect: 'whether the ACL is kept is not known',
      remedy:
        'Allow s3:GetObjectAcl, so that it can be seen; or set S3_ACL=none where the bucket has no ACLs.',
    };
  }
  const told = granted.map((grant) => grant.replace(groups, '')).join(', ') || 'nobody but the owner';
  if (!expected) return { result: 'works', detail: `${wanted} was accepted; granted to ${told}` };
  if (expected.every((grant) => granted.includes(grant)) && (expected.length > 0 || granted.length === 0))
    return { result: 'works', detail: `${wanted} was kept; granted to ${told}` };
  return {
    result: 'fails',
    detail: `${wanted} was accepted and dropped; granted to ${told}`,
    effect: 'objects have the bucket’s own ACL, whatever S3_ACL says',
    remedy: 'Set S3_ACL=none, and say by a bucket policy who else may read.',
  };
}

/** Grants to groups: those to a user are the owner's, or the bucket owner's. */
function grantsIn(xml: string): string[] {
  return elements(xml, 'Grant').flatMap((grant) => {
    const uri = text(grant, 'URI');
    return uri === undefined ? [] : [`${uri} ${text(grant, 'Permission')}`];
  });
}

export const storageClass: Probe = {
  name: 'storage_class',
  rights: 's3:PutObject',
  cheap: true,
  writes: true,
  needed: ({ settings }) => settings.storageClass !== null,
  otherwise: 'every upload is answered 503 store_unavailable',
  async ask(trial) {
    const wanted = trial.settings.storageClass;
    await withHeaders(trial, 'x-amz-storage-class').catch(explained('S3_STORAGE_CLASS', wanted));
    const kept = String((await trial.head())['x-amz-storage-class'] ?? 'STANDARD');
    if (wanted === null) return { result: 'works', detail: `the bucket’s own, ${kept}` };
    if (kept === wanted) return { result: 'works', detail: `${wanted} was kept` };
    return {
      result: 'fails',
      detail: `${wanted} was accepted, and the object says ${kept}`,
      effect: 'objects lie in the class that the store chose',
      remedy: 'Unset S3_STORAGE_CLASS, or name a class that this store has.',
    };
  },
};

const sseHeader = 'x-amz-server-side-encryption';

export const encryption: Probe = {
  name: 'encryption',
  rights: 's3:PutObject, and of the KMS key kms:GenerateDataKey and kms:Decrypt',
  cheap: true,
  writes: true,
  needed: ({ settings }) => settings.sse !== null,
  otherwise: 'every upload is answered 503 store_unavailable',
  async ask(trial) {
    const { sse, sseKmsKeyId } = trial.settings;
    await withHeaders(trial, sseHeader, `${sseHeader}-aws-kms-key-id`).catch(explained('S3_SSE', sse));
    const answer = await trial.head();
    const [kept, key] = [answer[sseHeader], answer[`${sseHeader}-aws-kms-key-id`]];
    if (sse === null) {
      const own =
        kept === undefined ? 'the store does not say that it encrypts' : `the bucket’s own, ${kept}`;
      return { result: 'works', detail: `S3_SSE is not set; ${own}` };
    }
    // An alias or a bare id comes back as the ARN of the key, whose last part only an id is.
    const rightKey =
      sseKmsKeyId === null || sseKmsKeyId.includes('alias/') || String(key).endsWith(sseKmsKeyId);
    if (kept === sse && rightKey) return { result: 'works', detail: `the object says ${sse}` };
    return {
      result: 'fails',
      detail: `${sse} was accepted, and the object says ${kept === undefined ? 'nothing of it' : `${kept}, ${key}`}`,
      effect: 'objects are stored as if S3_SSE were not set',
      remedy: 'Encrypt the store’s disks and unset S3_SSE, or use a store that encrypts.',
    };
  },
};

/** A store without the class or the key refuses in many ways; which setting is meant, it does not say. */
function explained(setting: string, value: string | null) {
  return (error: unknown) => {
    if (!isAnswer(error) || isDenied(error) || hasStatus(error, 404)) throw error;
    const { operation, code, status } = error;
    throw new RefusedSetting(
      `${setting}=${value}: ${said(new S3Error({ operation, key: '', code, status }))}`,
      setting,
    );
  };
}

/** A setting of ours that the store does not take. */
export class RefusedSetting extends Error {
  readonly setting: string;

  constructor(message: string, setting: string) {
    super(message);
    this.setting = setting;
  }
}
