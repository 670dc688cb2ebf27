import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Authenticator } from './access/api-keys.ts';
import { forgetSpentCode } from './access/first-code.ts';
import { Grants } from './access/grants.ts';
import { ManagedKeys } from './access/managed-keys.ts';
import { Revocations } from './access/revocations.ts';
import { Sessions, type SignIn } from './access/sessions.ts';
import { checkRecords } from './checkup.ts';
import { version } from './cli/version.ts';
import { deploymentKey } from './deployment.ts';
import { Direct } from './documents/direct.ts';
import { Documents } from './documents/documents.ts';
import { Policy } from './documents/policy.ts';
import { Resuming } from './documents/resuming.ts';
import { Uploads } from './documents/uploads.ts';
import { Verifying } from './documents/verifying.ts';
import { StrongroomError } from './errors.ts';
import { FirstLook } from './first-look.ts';
import { Groundwork } from './groundwork.ts';
import type { Doors } from './http/doors.ts';
import { Listener } from './http/listener.ts';
import { clearAbandoned } from './lifecycle/chores/clear-abandoned.ts';
import { foldNames } from './lifecycle/chores/fold-names.ts';
import { forgetPurged } from './lifecycle/chores/forget-purged.ts';
import { purgeDeleted } from './lifecycle/chores/purge-deleted.ts';
import { settleDeadUploads } from './lifecycle/chores/settle-dead-uploads.ts';
import { sweepScratch } from './lifecycle/chores/sweep-scratch.ts';
import { verifyStored } from './lifecycle/chores/verify-stored.ts';
import { type Chore, Lifecycle } from './lifecycle/lifecycle.ts';
import type { Log } from './log.ts';
import type { BufferBudget } from './objects/buffer-budget.ts';
import { DiskStore } from './objects/disk.ts';
import { DiskDoctor } from './objects/disk-doctor.ts';
import { type Fix, type Report, reported, type StoreDoctor, sharedExaminations } from './objects/doctor.ts';
import type { ObjectStore } from './objects/object-store.ts';
import { oneLife } from './one-life.ts';
import { readinessOf } from './readiness.ts';
import type { Records } from './records/records.ts';
import { Service, type Strongroom } from './service.ts';
import type { Settings, StoreAndRecords } from './settings.ts';
import { expositionType } from './telemetry/exposition.ts';
import { type Build, Telemetry } from './telemetry/telemetry.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { trialsBy } from './trials.ts';

export type { Started, Strongroom } from './service.ts';

export interface StrongroomOptions {
  /** Errors come under `error`: give it pino's serializer for them, `errWithCause`. Default: a log to standard output. */
  readonly log?: pino.Logger;
  /** Called when something turns up after the start that an operator must mend. The service answers 503 from then on. */
  readonly onFatal?: (error: unknown) => void;
  /** True on a terminal: a first key may be shown there instead of being written to a file. */
  readonly terminal?: boolean;
}

/** What browsers load: in a checkout as packages/ui builds it, in the package beside this program. */
const screens = fileURLToPath(
  new URL(extname(import.meta.filename) === '.ts' ? '../../ui/dist/' : './ui/', import.meta.url),
);

/** Opens the records that the settings name. `serving: false` is for commands beside a running server. */
export async function openRecords(
  { records, timeouts }: Pick<Settings, 'records'> & Partial<Pick<Settings, 'timeouts'>>,
  { serving }: { serving: boolean },
): Promise<Records> {
  if (records.kind === 'postgres') {
    const { openPostgresRecords } = await import('./records/postgres.ts');
    return openPostgresRecords({ url: records.url, ...(timeouts && { timeouts }) });
  }
  const { openSqliteRecords } = await import('./records/sqlite.ts');
  return openSqliteRecords({ folder: records.folder, serving });
}

interface OpenedStore {
  readonly store: ObjectStore;
  readonly budget: BufferBudget | null;
  /** Asks the store what it can do, and tells it the answers. */
  readonly doctor: () => Promise<StoreDoctor>;
}

async function openStore(
  settings: Omit<StoreAndRecords, 'records' | 'apiKey' | 'deployment'> & Partial<Pick<Settings, 'timeouts'>>,
): Promise<OpenedStore> {
  if (settings.store.kind === 'disk') {
    const { folder } = settings.store;
    const doctor = new DiskDoctor({ folder, mostBytes: settings.maxUploadSize });
    return { store: new DiskStore({ folder }), budget: null, doctor: async () => doctor };
  }
  // Loaded only when S3 is used, as is what PostgreSQL or SQLite alone needs.
  const { S3Store } = await import('./objects/s3.ts');
  const { BufferBudget } = await import('./objects/buffer-budget.ts');
  const budget = new BufferBudget(settings.uploadBufferBytes);
  const store = new S3Store({ settings: settings.store, budget, ...timesOf(settings) });
  const learn = (profile: Parameters<typeof store.learn>[0]) => store.learn(profile);
  const options = { settings: settings.store, uses: settings, learn };
  // Loaded when it is first asked, which a start does only once it listens.
  const doctor = async () => new (await import('./objects/s3-doctor/doctor.ts')).S3Doctor(options);
  return { store, budget, doctor };
}

/**
 * `strongroom doctor`: asks store and records what they can do, and changes neither, unless the bucket's CORS rules are to be
 * mended first. Raises `aborted`.
 */
export async function examine(
  settings: StoreAndRecords,
  { signal, fixCors = false }: { signal: AbortSignal; fixCors?: boolean },
): Promise<Report & { policy: object | null; fixed: Fix | null }> {
  const { store, doctor: call } = await openStore(settings);
  const records = await openRecords(settings, { serving: false });
  try {
    const doctor = await call();
    const fixed = fixCors ? await doctor.fixCors(signal) : null;
    const { checks } = await doctor.examine({ signal });
    const more = await checkRecords(records, store, settings);
    return { ...reported([...more, ...checks]), policy: doctor.policy(), fixed };
  } finally {
    await Promise.allSettled([records.close(), store.close()]);
  }
}

/** The adapter's own where the settings say none. */
function timesOf({ timeouts }: Partial<Pick<Settings, 'timeouts'>>) {
  if (timeouts === undefined) return {};
  const { connect, read, write, silence } = timeouts;
  return { timeouts: { connect, question: read, answer: write, idle: silence } };
}

async function openTracing(settings: Settings, log: Log): Promise<Tracing | null> {
  const { traces, store, records } = settings;
  if (traces === null) return null;
  const { openTelemetry } = await import('./telemetry/opentelemetry.ts');
  return openTelemetry(traces, version(), { store: store.kind, records: records.kind }, log);
}

/** Puts the service together from its settings. The only place that knows every part. */
export async function createStrongroom(
  settings: Settings,
  options: StrongroomOptions = {},
): Promise<Strongroom> {
  const log =
    options.log ??
    pino({ level: settings.logLevel, serializers: { error: pino.stdSerializers.errWithCause } });
  const opened = await openStore(settings);
  const unmeasured = await openRecords(settings, { serving: true });
  const telemetry = new Telemetry(buildOf(settings), await openTracing(settings, log));
  const store = telemetry.store(opened.store);
  const records = telemetry.records(unmeasured);
  const stopping = new AbortController();
  const { signal } = stopping;
  const groundwork = new Groundwork({ records, store, settings, terminal: options.terminal ?? false, log });
  const { documents, resuming, direct, uploads, verifying, chores } = rulesOver({
    records,
    store,
    settings,
    groundwork,
    log,
  });
  const listener = new Listener();
  const isReady = () => groundwork.boot.waitingFor.length === 0 && !signal.aborted;
  const readiness = readinessOf(store, records, isReady);
  telemetry.watch({
    uploads,
    verifying,
    connections: listener.connections,
    budget: opened.budget,
    readiness,
    chores,
    overdue: (states) => records.overdue(states),
  });
  const check = sharedExaminations(opened.doctor);
  const tryOut = trialsBy(async (typed, uses) => {
    const { S3Doctor } = await import('./objects/s3-doctor/doctor.ts');
    return new S3Doctor({ settings: typed, uses });
  }, settings);
  // Not loaded by commands that only want the records.
  const { createServer } = await import('./http/server.ts');
  const doors = await createServer({
    ...accessTo({ records, settings, groundwork, telemetry }),
    documents,
    resuming,
    direct,
    maxUploadSize: settings.maxUploadSize,
    publicUrl: () => settings.publicUrl ?? listener.url ?? `http://${settings.host}:${settings.port}`,
    pathOf: (document) => store.path(document.storage.key),
    readiness,
    storage: {
      describe: () => store.describe(),
      check: (asking) => check(AbortSignal.any([asking, signal])),
      tryOut: (typed, asking) => tryOut(typed, AbortSignal.any([asking, signal])),
    },
    screens,
    environment: settings.environment,
    observer: telemetry.observer,
    allowedOrigins: settings.allowedOrigins,
    linkMode: settings.linkMode,
    uploadMinRate: settings.uploadMinRate,
    trustProxy: settings.trustProxy,
    log,
  });
  const service = new Service({
    settings,
    records,
    store,
    groundwork,
    uploads,
    verifying,
    lifecycle: new Lifecycle(chores, settings.lifecycle.every, log, telemetry.chores),
    firstLook: new FirstLook({ doctor: opened.doctor, log, signal }),
    telemetry,
    listener,
    doors,
    stopping: signal,
    onFatal: options.onFatal ?? ((error) => log.fatal({ error }, 'the service can’t go on')),
  });
  const { handler, attach } = service;
  return { handler, attach, ...oneLife(service, stopping) };
}

interface Ground {
  readonly records: Records;
  readonly store: ObjectStore;
  readonly settings: Settings;
  readonly groundwork: Groundwork;
  readonly log: Log;
}

/** What happens to documents, by callers and by time. */
function rulesOver({ records, store, settings, groundwork, log }: Ground): {
  documents: Documents;
  resuming: Resuming;
  direct: Direct;
  uploads: Uploads;
  verifying: Verifying;
  chores: readonly Chore[];
} {
  const { uploadDeadAfter, lookAgainAfter, sweepEvery, forgetAfter, every } = settings.lifecycle;
  const endAfter = uploadDeadAfter + lookAgainAfter / 2;
  const uploads = new Uploads(records, { deadAfter: uploadDeadAfter, endAfter }, log);
  const verifying = new Verifying({
    records,
    store,
    isOurStore: async () => (await store.stat(deploymentKey)) !== null,
    log,
  });
  const parts = {
    records,
    store,
    policy: new Policy(settings.documentTypes, settings.maxUploadSize),
    uploads,
    log,
    keyTemplate: settings.keyTemplate,
    uploadDeadAfter,
    // While one goes on it lives at least as long as any other does without a heartbeat.
    uploadLives: Math.max(settings.uploadExpires, uploadDeadAfter),
    forgetAfter,
    deployment: () => groundwork.deployment,
  };
  const documents = new Documents(parts);
  const resuming = new Resuming({ ...parts, documents, verifying });
  const direct = new Direct({ ...parts, direct: settings.directUploads ? store.direct : null, verifying });
  const chores = [
    settleDeadUploads(records, uploads, log, uploadDeadAfter + every),
    verifyStored(verifying),
    clearAbandoned(parts, lookAgainAfter),
    purgeDeleted(parts),
    forgetPurged(records, log),
    sweepScratch({ records, store, log }, { every: sweepEvery, youngest: lookAgainAfter }),
    foldNames(records),
  ];
  return { documents, resuming, direct, uploads, verifying, chores };
}

/** Who calls, what a token opens, and who may see the metrics, which are wanted most when nothing else can be asked. */
function accessTo({
  records,
  settings,
  groundwork,
  telemetry,
}: Pick<Ground, 'records' | 'settings' | 'groundwork'> & { telemetry: Telemetry }): Pick<
  Doors,
  'authenticate' | 'sessions' | 'keys' | 'links' | 'grants' | 'cursors' | 'metrics'
> {
  const authenticator = new Authenticator(records, settings.apiKey);
  const revocations = new Revocations(records);
  const grants = new Grants({ tokens: () => groundwork.tokens, keys: authenticator, revocations });
  const sessions = new Sessions({
    tokens: () => groundwork.tokens,
    keys: authenticator,
    revocations,
    codes: records,
  });
  return {
    authenticate: async (authorization) => {
      groundwork.boot.assertReady();
      return grants.authenticate(authorization);
    },
    grants,
    keys: new ManagedKeys(records),
    sessions: {
      begin: async (signIn: SignIn) => {
        groundwork.boot.assertReady();
        const begun = await sessions.begin(signIn);
        if ('code' in signIn) await forgetSpentCode(records, settings.dataDir).catch(() => {});
        return begun;
      },
      open: (token) => sessions.open(token),
      proves: (session, csrfToken) => sessions.proves(session, csrfToken),
      end: (session) => sessions.end(session),
    },
    links: {
      mint: (link) => groundwork.tokens.mintLink(link),
      verify: async (token) => {
        const claims = groundwork.tokens.verifyLink(token);
        if (claims.grant !== null && !(await grants.stands(claims.grant)))
          throw new StrongroomError('link_invalid', {});
        return claims;
      },
    },
    cursors: {
      seal: (value) => groundwork.tokens.sealCursor(value),
      unseal: (cursor) => groundwork.tokens.unsealCursor(cursor),
    },
    metrics: {
      contentType: expositionType,
      expose: () => telemetry.expose(),
      public: settings.metricsPublic,
      authenticate: (authorization) => grants.authenticate(authorization),
    },
  };
}

function buildOf({ store, records }: Settings): Build {
  return { version: version(), node: process.version, store: store.kind, records: records.kind };
}
