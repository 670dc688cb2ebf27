import type { KeyRecords } from './access/key-records.ts';
import { deploymentOf } from './deployment.ts';
import { hasCode, StartError, StrongroomError } from './errors.ts';
import { type Check, type Finding, judged } from './objects/doctor.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { DeploymentRecords, Outlook, RecordsConnection } from './records/document-records.ts';
import type { Settings } from './settings.ts';

type Records = KeyRecords & DeploymentRecords & RecordsConnection;

/**
 * What would stop a start though the store is in order: the records, a key to open the service with, and whether the
 * two belong together. Records that are not there yet are not made, and those of an earlier version not migrated.
 */
export async function checkRecords(
  records: Records,
  store: ObjectStore,
  settings: Pick<Settings, 'records' | 'apiKey' | 'deployment'>,
): Promise<Check[]> {
  const check = (name: string, finding: Finding) => judged(name, true, finding);
  const outlook = await outlookOf(records);
  if (typeof outlook !== 'string') {
    const unknown: Finding = { result: 'unknown', detail: 'not asked: the records can’t be used' };
    return [check('records', outlook), check('api_key', unknown), check('deployment', unknown)];
  }
  if (outlook === 'migrate') return ofEarlierRecords(records);
  const there = outlook === 'use';
  const told = there ? records.describe() : `${records.describe()}: empty yet; the first start fills it`;
  return [
    check('records', { result: 'works', detail: told }),
    check('api_key', await found(() => keyFor(there ? records : null, settings))),
    check(
      'deployment',
      await found(() => belonging(there ? records : nothingKept, store, settings.deployment)),
    ),
  ];
}

/** Their migration may take long, and is the matter of a start: they are not asked for what only this version can read. */
function ofEarlierRecords(records: Records): Check[] {
  const detail = `${records.describe()}: an earlier version made them; the next start migrates them`;
  const left: Finding = { result: 'unknown', detail: 'not asked: the start that migrates the records looks' };
  return [
    judged('records', true, { result: 'works', detail }),
    judged('api_key', false, left),
    judged('deployment', false, left),
  ];
}

/** What a start would do to the records, connected where that changes nothing; what is wrong with them. */
async function outlookOf(records: Records): Promise<Outlook | Finding> {
  try {
    const outlook = await records.outlook();
    if (outlook === 'use') await records.connect();
    return outlook;
  } catch (error) {
    return wrong(error);
  }
}

async function found(ask: () => Promise<Finding>): Promise<Finding> {
  try {
    return await ask();
  } catch (error) {
    return wrong(error);
  }
}

const stops = 'the service does not start';

function wrong(error: unknown): Finding {
  if (error instanceof StartError) {
    // The line of a start says what is wrong and, after a stop or a colon, what to do.
    const [, detail = error.message, todo = 'mend it'] = /^(.+?)(?:: |\. )(.+)$/.exec(error.message) ?? [];
    const remedy = `${todo.charAt(0).toUpperCase()}${todo.slice(1)}`;
    return { result: 'fails', detail, effect: stops, remedy };
  }
  if (!(error instanceof StrongroomError)) throw error;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const detail = cause?.message || cause?.code || error.title;
  if (hasCode(error, 'records_unavailable'))
    return {
      result: 'fails',
      detail,
      effect: 'every call is answered 503 records_unavailable until they answer',
      remedy: 'Start the database, or correct DATABASE_URL.',
    };
  return { result: 'unknown', detail: 'not asked: the store can’t be used' };
}

async function keyFor(
  records: Records | null,
  { apiKey, records: { kind } }: Pick<Settings, 'apiKey' | 'records'>,
): Promise<Finding> {
  if (apiKey !== null) return { result: 'works', detail: 'STRONGROOM_API_KEY is set' };
  const keys = records ? await records.keys() : [];
  const living = keys.filter(({ revokedAt }) => revokedAt === null).length;
  if (living > 0) return { result: 'works', detail: `${living} in the records` };
  if (kind === 'sqlite' && keys.length === 0)
    return { result: 'works', detail: 'none yet; the first start makes one' };
  const remedy = 'Set STRONGROOM_API_KEY, or make one with `strongroom keys create`.';
  const effect = kind === 'postgres' ? stops : 'nobody can use the service';
  return { result: 'fails', detail: 'there is none that is not revoked', effect, remedy };
}

async function belonging(
  records: Pick<DeploymentRecords, 'kept'>,
  store: ObjectStore,
  adopt: string | null,
): Promise<Finding> {
  const id = await deploymentOf(records, store, adopt);
  const told =
    id === null ? 'none yet; the first start makes its id' : `${id}, in the records and in the store`;
  return { result: 'works', detail: told };
}

const nothingKept = { kept: async () => null };
