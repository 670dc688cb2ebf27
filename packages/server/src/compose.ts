import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Authenticator } from './access/api-keys.ts';
import { type FirstKey, settleFirstKey } from './access/first-key.ts';
import { Tokens } from './access/tokens.ts';
import { Boot } from './boot.ts';
import { checkRecords } from './checkup.ts';
import { version } from './cli/version.ts';
import { settleDeployment } from './deployment.ts';
import { Documents } from './documents/documents.ts';
import { Policy } from './documents/policy.ts';
import { Uploads } from './documents/uploads.ts';
import { StartError } from './errors.ts';
import { Connections } from './http/connections.ts';
import { clearAbandoned } from './lifecycle/chores/clear-abandoned.ts';
import { forgetPurged } from './lifecycle/chores/forget-purged.ts';
import { purgeDeleted } from './lifecycle/chores/purge-deleted.ts';
import { settleDeadUploads } from './lifecycle/chores/settle-dead-uploads.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import type { Log } from './log.ts';
import type { BufferBudget } from './objects/buffer-budget.ts';
import { DiskStore } from './objects/disk.ts';
import { DiskDoctor } from './objects/disk-doctor.ts';
import { type Check, type Report, reported, type StoreDoctor, sharedExaminations } from './objects/doctor.ts';
import type { ObjectStore, StoreDescription } from './objects/object-store.ts';
import { assertGoesOn, oneLife } from './one-life.ts';
import { readinessOf } from './readiness.ts';
import type { Records } from './records/records.ts';
import type { Settings, StoreAndRecords } from './settings.ts';
import { expositionType } from './telemetry/exposition.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { type Tracing, tracedRequests } from './telemetry/tracing.ts';

/** Imported, node:http brings Node's fetch and WebSocket along, which are among its exports: 25 ms and 13 MiB. */
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');

export interface Strongroom {
  /** Answers one HTTP request; for an app that has a server of its own. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Teaches an app's own server what uploads need: 100-continue, lingering refusals, words for broken requests. */
  attach(server: Server): void;
  /**
   * Connects, migrates, begins the chores and listens. Raises StartError for what an operator must mend. A store or
   * database that can't be reached does not stop it: see `Started.waitingFor`. Once: a second start, or one after a
   * stop, raises an error and changes nothing.
   * @param options.listen false: an app's own server hands requests to `handler`
   */
  start(options?: { listen?: boolean }): Promise<Started>;
  /** Takes nothing new, lets running requests end within `settings.stopWithin`, leaves the rest to be settled. */
  stop(): Promise<void>;
}

export interface Started {
  /** Where it listens; null when an app's own server does. */
  readonly url: string | null;
  readonly store: string;
  readonly records: string;
  readonly firstKey: FirstKey | null;
  /** What can't be reached yet. */
  readonly waitingFor: readonly ('records' | 'store')[];
  /** What the settings want and the store does not do, as far as a look at the start has shown. */
  readonly faults: readonly Check[];
}

export interface StrongroomOptions {
  /** Errors come under `error`: give it pino's serializer for them, `errWithCause`. Default: a log to standard output. */
  readonly log?: pino.Logger;
  /** Called when something turns up after the start that an operator must mend. The service answers 503 from then on. */
  readonly onFatal?: (error: unknown) => void;
  /** True on a terminal: a first key may be shown there instead of being written to a file. */
  readonly terminal?: boolean;
}

/** Opens the records that the settings name. `serving: false` is for commands beside a running server. */
export async function openRecords(
  { records, timeouts }: Pick<Settings, 'records'> & Partial<Pick<Settings, 'timeouts'>>,
  options: { serving: boolean; log: pino.Logger },
): Promise<Records> {
  if (records.kind === 'postgres') {
    const { openPostgresRecords } = await import('./records/postgres.ts');
    return openPostgresRecords({ url: records.url, ...(timeouts && { timeouts }) });
  }
  const { openSqliteRecords } = await import('./records/sqlite.ts');
  return openSqliteRecords({ folder: records.folder, serving: options.serving });
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
  // Loaded only when S3 is used: the SDK costs a second of start-up and tens of megabytes.
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

/** `strongroom doctor`: asks store and records what they can do, and changes neither. Raises `aborted`. */
export async function examine(
  settings: StoreAndRecords,
  options: { signal: AbortSignal; log: pino.Logger },
): Promise<Report & { policy: object | null }> {
  const { store, doctor: call } = await openStore(settings);
  const records = await openRecords(settings, { serving: false, log: options.log });
  try {
    const doctor = await call();
    const { checks } = await doctor.examine({ signal: options.signal });
    const more = await checkRecords(records, store, settings);
    return { ...reported([...more, ...checks]), policy: doctor.policy() };
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
  const tracing = await openTracing(settings, log);
  const opened = await openStore(settings);
  const telemetry = new Telemetry({
    version: version(),
    node: process.version,
    store: settings.store.kind,
    records: settings.records.kind,
  });
  const store = telemetry.store(opened.store, tracing?.calls('store') ?? null);
  const records = telemetry.records(
    await openRecords(settings, { serving: true, log }),
    tracing?.calls('records') ?? null,
  );
  const policy = new Policy(settings.documentTypes, settings.maxUploadSize);
  const { uploadDeadAfter, lookAgainAfter, every } = settings.lifecycle;
  const endAfter = uploadDeadAfter + lookAgainAfter / 2;
  const uploads = new Uploads(records, { deadAfter: uploadDeadAfter, endAfter }, log);
  const authenticator = new Authenticator(records, settings.apiKey);
  const stopping = new AbortController();
  const stopped = new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));

  let deploymentId: string | null = null;
  let tokens: Tokens | null = settings.secrets.length > 0 ? new Tokens(settings.secrets) : null;
  let firstKey: FirstKey | null = null;

  let faults: readonly Check[] = [];
  /** In the background: until it is through, the store is taken for the least able of its kind. */
  const lookAtStore = async (): Promise<void> => {
    try {
      const doctor = await opened.doctor();
      const { checks } = await doctor.examine({ cheap: true, signal: stopping.signal });
      faults = checks.filter(({ ok, result }) => !ok && result !== 'unknown');
      for (const { name, detail, effect, remedy } of faults)
        log.warn({ check: name, detail, effect, remedy }, 'the store does not do what the settings want');
      if (checks.some(({ needed, result }) => needed && result === 'unknown'))
        setTimeout(lookAtStore, lookAgain).unref();
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ error }, 'the store could not be looked at');
    }
  };
  const check = sharedExaminations(opened.doctor);

  const boot = new Boot(
    [
      {
        name: 'records',
        ready: async () => {
          await records.connect();
          tokens ??= new Tokens([await records.keepOnce('secret', randomBytes(32).toString('base64url'))]);
          firstKey ??= await settleFirstKey(records, settings, { terminal: options.terminal ?? false });
        },
      },
      {
        name: 'store',
        ready: async () => {
          await store.connect(async () => {
            deploymentId = await settleDeployment(records, store, settings.deployment);
          });
        },
      },
    ],
    log,
  );
  const booted = <T>(value: T | null): T => {
    boot.assertReady();
    if (value === null) throw new Error('ready without everything that ready means');
    return value;
  };

  const parts = {
    records,
    store,
    policy,
    uploads,
    log,
    keyTemplate: settings.keyTemplate,
    uploadDeadAfter,
    forgetAfter: settings.lifecycle.forgetAfter,
    deployment: () => booted(deploymentId),
  };
  const documents = new Documents(parts);
  const chores = [
    settleDeadUploads(records, uploads, log, uploadDeadAfter + every),
    clearAbandoned(parts, lookAgainAfter),
    purgeDeleted(parts),
    forgetPurged(records, log),
  ];
  const lifecycle = new Lifecycle(chores, every, log, telemetry.chores);

  const connections = new Connections();
  let url: string | null = null;
  let listening: Server | null = null;
  const ready = () => boot.waitingFor.length === 0 && !stopping.signal.aborted;
  const readiness = readinessOf(store, records, ready);
  telemetry.watch({
    uploads,
    connections,
    budget: opened.budget,
    readiness,
    chores,
    overdue: (states) => records.overdue(states),
  });
  // Not loaded by commands that only want the records.
  const { createServer } = await import('./http/server.ts');
  const doors = await createServer({
    documents,
    authenticate: async (authorization) => {
      boot.assertReady();
      return authenticator.authenticate(authorization);
    },
    links: {
      mint: (link) => booted(tokens).mintLink(link),
      verify: (token) => booted(tokens).verifyLink(token),
    },
    cursors: {
      seal: (value) => booted(tokens).sealCursor(value),
      unseal: (cursor) => booted(tokens).unsealCursor(cursor),
    },
    publicUrl: () => settings.publicUrl ?? url ?? `http://${settings.host}:${settings.port}`,
    pathOf: (document) => store.path(document.storage.key),
    readiness,
    storage: {
      describe: () => store.describe(),
      check: (signal) => check(AbortSignal.any([signal, stopping.signal])),
    },
    metrics: {
      contentType: expositionType,
      expose: () => telemetry.expose(),
      public: settings.metricsPublic,
      authenticate: (authorization) => authenticator.authenticate(authorization),
    },
    observer: tracing ? tracedRequests(telemetry.requests, tracing) : telemetry.requests,
    linkMode: settings.linkMode,
    uploadMinRate: settings.uploadMinRate,
    trustProxy: settings.trustProxy,
    log,
  });

  const handler = (request: IncomingMessage, response: ServerResponse) => {
    connections.begin(response);
    if (tracing) tracing.within(request, () => doors.handler(request, response));
    else doors.handler(request, response);
  };
  const start: Strongroom['start'] = async ({ listen = true } = {}) => {
    try {
      const first = boot.attempt();
      await within(firstAttempt, Promise.race([first, stopped]));
      assertGoesOn(stopping.signal);
      const connected = boot.waitingFor.length === 0;
      if (connected) lifecycle.start();
      else
        boot.goOn(
          () => {
            lifecycle.start();
            void lookAtStore();
          },
          options.onFatal ?? ((error) => log.fatal({ error }, 'the service can’t go on')),
          first,
        );
      if (listen) {
        listening = createHttpServer(handler);
        doors.attach(listening);
        connections.watch(listening);
        url = await listenOn(listening, settings);
      }
      if (connected) await within(firstLookShown, lookAtStore());
    } catch (error) {
      boot.stop();
      telemetry.stop();
      await lifecycle.stop();
      await within(settlingTime, Promise.allSettled([records.close(), store.close(), doors.close()]));
      if (tracing) await within(sendingTime, tracing.stop());
      throw error;
    }
    return {
      url,
      store: storeLine(store.describe()),
      records: records.describe(),
      firstKey,
      waitingFor: boot.waitingFor,
      faults,
    };
  };
  const stop = async () => {
    boot.stop();
    telemetry.stop();
    const closed = listening ? closing(listening) : Promise.resolve();
    connections.endIdle();
    await Promise.all([
      within(settlingTime, lifecycle.stop()),
      within(settings.stopWithin, connections.settled()),
    ]);
    uploads.endAll('the service stops');
    await within(settlingTime, uploads.settled());
    await within(settlingTime, closed);
    listening?.closeAllConnections();
    await doors.close();
    await Promise.all([
      within(settlingTime, Promise.allSettled([records.close(), store.close()])),
      within(sendingTime, Promise.resolve(tracing?.stop())),
    ]);
  };
  return { handler, attach: doors.attach, ...oneLife({ start, stop }, stopping) };
}

/** One line for people. */
function storeLine({ store, bucket, prefix, region, endpoint, folder }: StoreDescription): string {
  if (store === 'disk') return `disk in ${folder}`;
  return `s3://${bucket}${prefix === null ? '' : `/${prefix}`} at ${endpoint ?? `AWS, ${region}`}`;
}

/** How long the start waits for store and records before it listens without them, in milliseconds. */
const firstAttempt = 3_000;

/** How long the lines of the start wait for what a first look at the store shows; requests are served by then. Milliseconds. */
const firstLookShown = 5_000;

/** Until a store that did not answer all questions is asked again, in milliseconds. */
const lookAgain = 60_000;

/** What each part gets to come to its end when the service stops, in milliseconds. */
const settlingTime = 5_000;

/** What the last spans get to be sent, in milliseconds: a receiver that is away holds up no stop. */
const sendingTime = 2_000;

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function listenOn(server: Server, { host, port }: Settings): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new StartError(listenProblem(error, host, port))),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `PORT ${port} on ${host} is taken: set PORT to a free one, or stop what listens there.`;
  if (error.code === 'EACCES')
    return `PORT ${port} on ${host} is not allowed: choose one above 1023, or give the process that right.`;
  return `can't listen on HOST ${host}, PORT ${port}: ${error.code ?? error.message}.`;
}
