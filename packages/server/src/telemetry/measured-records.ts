import type { Records } from '../records/records.ts';
import type { Calls } from './calls.ts';

/** The same records, with every call measured. `replayed` hears of each upload that was answered with the first one's document. */
export function measuredRecords(records: Records, calls: Calls, replayed: () => void): Records {
  const measured = <Name extends Exclude<keyof Records, 'describe'>>(name: Name): Records[Name] =>
    calls.measured(
      name,
      (records[name] as (...given: unknown[]) => Promise<unknown>).bind(records),
    ) as Records[Name];
  const create = measured('create');
  return {
    create: async (...draft) => {
      const answer = await create(...draft);
      if (!answer.created) replayed();
      return answer;
    },
    get: measured('get'),
    find: measured('find'),
    search: measured('search'),
    transition: measured('transition'),
    change: measured('change'),
    heartbeat: measured('heartbeat'),
    claim: measured('claim'),
    lookAgain: measured('lookAgain'),
    postpone: measured('postpone'),
    overdue: measured('overdue'),
    events: measured('events'),
    forget: measured('forget'),
    findUpload: measured('findUpload'),
    takeUpload: measured('takeUpload'),
    advanceUpload: measured('advanceUpload'),
    placeUpload: measured('placeUpload'),
    uploadParts: measured('uploadParts'),
    finishUpload: measured('finishUpload'),
    findKey: measured('findKey'),
    revoke: measured('revoke'),
    revocations: measured('revocations'),
    useCode: measured('useCode'),
    findCode: measured('findCode'),
    keepOnce: measured('keepOnce'),
    kept: measured('kept'),
    connect: measured('connect'),
    outlook: measured('outlook'),
    ping: measured('ping'),
    // What only commands and sweeps ask.
    foldNames: (limit) => records.foldNames(limit),
    known: (keys) => records.known(keys),
    createKey: (key) => records.createKey(key),
    createCode: (code) => records.createCode(code),
    hasUsedCode: (key) => records.hasUsedCode(key),
    keys: () => records.keys(),
    revokeKey: (id, at) => records.revokeKey(id, at),
    describe: () => records.describe(),
    close: () => records.close(),
  };
}
