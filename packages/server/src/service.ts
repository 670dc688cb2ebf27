import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FirstCode } from './access/first-code.ts';
import type { FirstKey } from './access/first-key.ts';
import type { Uploads } from './documents/uploads.ts';
import type { Verifying } from './documents/verifying.ts';
import type { FirstLook } from './first-look.ts';
import type { Groundwork } from './groundwork.ts';
import type { Listener } from './http/listener.ts';
import type { HttpServer } from './http/server.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import type { Check } from './objects/doctor.ts';
import type { ObjectStore, StoreDescription } from './objects/object-store.ts';
import { assertGoesOn } from './one-life.ts';
import type { Records } from './records/records.ts';
import type { Settings } from './settings.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

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
  /** How a browser signs in as the first key, once; null where none was made. */
  readonly firstCode: FirstCode | null;
  /** What can't be reached yet. */
  readonly waitingFor: readonly ('records' | 'store')[];
  /** What the settings want and the store does not do, as far as a look at the start has shown. */
  readonly faults: readonly Check[];
}

export interface ServiceParts {
  readonly settings: Pick<Settings, 'host' | 'port' | 'stopWithin'>;
  readonly records: Records;
  readonly store: ObjectStore;
  readonly groundwork: Groundwork;
  readonly uploads: Uploads;
  readonly verifying: Pick<Verifying, 'stop'>;
  readonly lifecycle: Lifecycle;
  readonly firstLook: FirstLook;
  readonly telemetry: Telemetry;
  readonly listener: Listener;
  readonly doors: HttpServer;
  /** Aborted when the service is to stop, before `stop` is called. */
  readonly stopping: AbortSignal;
  /** Told of what an operator must mend and what turns up only after the start. */
  readonly onFatal: (error: unknown) => void;
}

/** How long the start waits for store and records before it listens without them, in milliseconds. */
const firstAttempt = 3_000;

/** How long the lines of the start wait for what a first look at the store shows; requests are served by then. Milliseconds. */
const firstLookShown = 5_000;

/** What each part gets to come to its end when the service stops, in milliseconds. */
const settlingTime = 5_000;

/** What the last spans get to be sent, in milliseconds: a receiver that is away holds up no stop. */
const sendingTime = 2_000;

/** The service as a whole: in which order its parts begin, and end. */
export class Service implements Strongroom {
  readonly #parts: ServiceParts;
  readonly #stopping: Promise<unknown>;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#stopping = new Promise((resolve) => parts.stopping.addEventListener('abort', resolve));
  }

  readonly handler = (request: IncomingMessage, response: ServerResponse): void => {
    const { listener, telemetry, doors } = this.#parts;
    listener.connections.begin(response);
    telemetry.within(request, () => doors.handler(request, response));
  };

  readonly attach = (server: Server): void => this.#parts.doors.attach(server);

  async start({ listen = true }: { listen?: boolean } = {}): Promise<Started> {
    const { settings, telemetry, listener, firstLook } = this.#parts;
    try {
      telemetry.start();
      const connected = await this.#connect();
      if (listen) await listener.listen(settings, this);
      if (connected) await within(firstLookShown, firstLook.look());
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
    return this.#started();
  }

  async stop(): Promise<void> {
    const { settings, groundwork, uploads, verifying, lifecycle, firstLook, listener, doors } = this.#parts;
    groundwork.boot.stop();
    const closed = listener.close();
    await Promise.all([
      within(settlingTime, lifecycle.stop()),
      within(settlingTime, firstLook.settled()),
      within(settings.stopWithin, listener.connections.settled()),
    ]);
    uploads.endAll('the service stops');
    await Promise.all([within(settlingTime, uploads.settled()), within(settlingTime, verifying.stop())]);
    await within(settlingTime, closed);
    listener.endAll();
    await doors.close();
    await this.#release();
  }

  /** True when records and store are there; else they are waited for in the background. */
  async #connect(): Promise<boolean> {
    const { groundwork, lifecycle, firstLook, onFatal } = this.#parts;
    const { boot } = groundwork;
    const first = boot.attempt();
    await within(firstAttempt, Promise.race([first, this.#stopping]));
    assertGoesOn(this.#parts.stopping);
    if (boot.waitingFor.length === 0) {
      lifecycle.start();
      return true;
    }
    const begin = () => {
      lifecycle.start();
      void firstLook.look();
    };
    boot.goOn(begin, onFatal, first);
    return false;
  }

  async #giveUp(): Promise<void> {
    const { groundwork, verifying, lifecycle, doors } = this.#parts;
    groundwork.boot.stop();
    await lifecycle.stop();
    await within(settlingTime, verifying.stop());
    await Promise.allSettled([within(settlingTime, doors.close()), this.#release()]);
  }

  async #release(): Promise<void> {
    const { records, store, telemetry } = this.#parts;
    await Promise.all([
      within(settlingTime, Promise.allSettled([records.close(), store.close()])),
      within(sendingTime, telemetry.stop()),
    ]);
  }

  #started(): Started {
    const { records, store, groundwork, firstLook, listener } = this.#parts;
    return {
      url: listener.url,
      store: storeLine(store.describe()),
      records: records.describe(),
      firstKey: groundwork.firstKey,
      firstCode: groundwork.firstCode,
      waitingFor: groundwork.boot.waitingFor,
      faults: firstLook.faults,
    };
  }
}

/** One line for people. */
function storeLine({ store, bucket, prefix, region, endpoint, folder }: StoreDescription): string {
  if (store === 'disk') return `disk in ${folder}`;
  return `s3://${bucket}${prefix === null ? '' : `/${prefix}`} at ${endpoint ?? `AWS, ${region}`}`;
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
