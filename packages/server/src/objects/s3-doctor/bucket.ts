import { elements, text } from '../s3-xml.ts';
import type { Probe, Trial } from './trial.ts';

const always = () => true;

export const versioning: Probe = {
  name: 'versioning',
  rights: 's3:GetBucketVersioning',
  cheap: true,
  curious: true,
  needed: () => false,
  otherwise: 'each delete’s own answer says whether there are versions to remove',
  async ask(trial) {
    const xml = await trial.asked('GetBucketVersioning', { versioning: '' }, 'bucket');
    const status = text(xml, 'Status');
    trial.learn({ versioned: status !== undefined });
    if (status === undefined) return { result: 'works', detail: 'off: what is deleted is gone' };
    return {
      result: 'works',
      detail:
        status === 'Enabled'
          ? 'on: what is deleted stays as an older version'
          : 'suspended: older versions may be there',
      effect: 'a purge removes every version and delete marker of its key',
      remedy:
        'Keep s3:ListBucketVersions and s3:DeleteObjectVersion allowed. Documents are never overwritten, so versioning only guards against deletes from elsewhere.',
    };
  },
};

/** Asked before anything is written: under a default retention nothing that was written could be removed again. */
export const objectLock: Probe = {
  name: 'object_lock',
  rights: 's3:GetBucketObjectLockConfiguration',
  cheap: true,
  curious: true,
  needed: always,
  otherwise: 'whether objects are locked shows when the first is to be deleted',
  async ask(trial) {
    const codes = ['ObjectLockConfigurationNotFoundError', 'ObjectLockConfigurationNotFound'];
    const xml = await trial.configured('GetObjectLockConfiguration', 'object-lock', ...codes);
    const [rule] = elements(xml ?? '', 'DefaultRetention');
    if (xml === null || !text(xml, 'ObjectLockEnabled')) return { result: 'works', detail: 'off' };
    if (rule === undefined)
      return { result: 'works', detail: 'on, without a default retention: objects can be deleted' };
    const [days, years] = [text(rule, 'Days'), text(rule, 'Years')];
    const length = days === undefined ? `${years} years` : `${days} days`;
    trial.locked = `the bucket keeps every object for ${length}`;
    return {
      result: 'fails',
      detail: `every object is kept for ${length} (${text(rule, 'Mode')})`,
      effect: 'a purge before that time is refused and tried again until it is over',
      remedy: 'Remove the default retention from the bucket, or don’t delete documents earlier than it ends.',
    };
  },
};

export const lifecycle: Probe = {
  name: 'lifecycle',
  rights: 's3:GetLifecycleConfiguration',
  curious: true,
  needed: always,
  otherwise: 'whether the bucket itself deletes documents is not known',
  async ask(trial) {
    const xml = await trial.configured(
      'GetBucketLifecycleConfiguration',
      'lifecycle',
      'NoSuchLifecycleConfiguration',
    );
    const rules = elements(xml ?? '', 'Rule').filter((rule) => concerns(rule, trial));
    const harmful = rules.filter(takesAway);
    if (harmful.length === 0)
      return {
        result: 'works',
        detail:
          rules.length === 0 ? 'no rule for these keys' : `${rules.length} rules, none takes documents away`,
      };
    return {
      result: 'fails',
      detail: `the rule ${harmful.map((rule) => JSON.stringify(text(rule, 'ID') ?? '')).join(', ')} deletes documents, or moves them to where they can’t be read`,
      effect: 'a document that the bucket has taken away is a record without bytes',
      remedy: 'Restrict the rule to other prefixes. When documents go is said by the service (trashFor).',
    };
  },
};

/** An enabled rule whose prefix and ours have keys in common. One that wants tags concerns no object of ours. */
function concerns(rule: string, { prefix }: Trial): boolean {
  const theirs = text(rule, 'Prefix') ?? '';
  const meets = theirs.startsWith(prefix) || prefix.startsWith(theirs);
  return text(rule, 'Status') === 'Enabled' && meets && elements(rule, 'Tag').length === 0;
}

function takesAway(rule: string): boolean {
  const expires = elements(rule, 'Expiration').some((part) => /<(Days|Date)>/.test(part));
  const moves = elements(rule, 'Transition').some((part) =>
    ['GLACIER', 'DEEP_ARCHIVE'].includes(text(part, 'StorageClass') ?? ''),
  );
  return expires || moves;
}
