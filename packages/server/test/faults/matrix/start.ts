/** A start under a fault: in this process where a proxy makes the fault, as a process where the fault is inside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createStrongroom } from '../../../src/compose.ts';
import { StartError } from '../../../src/errors.ts';
// Loaded by the first start otherwise, which would hold up the proxy in this process for a second.
import '../../../src/http/server.ts';
import '../../../src/objects/s3.ts';
import { readSettings } from '../../../src/settings.ts';
import { logLines } from '../../acceptance/log-lines.ts';
import { type Ending, startServer } from '../../harness.ts';
import { keepLog, keepSettings } from '../../secrecy/watch.ts';
import type { Ground, Sees } from './cells.ts';

export interface Start {
  readonly sees: Sees;
  /** Code and cause of the first failure in the log so far. */
  readonly failure: () => { readonly logs: string | null; readonly cause: string | null };
  /** To be called when the fault is over: raises unless the start has become ready by itself; stops it. */
  readonly ended: () => Promise<void>;
}

/** Options for a service with faults inside, which do nothing until they are ordered. */
export const withFaults = {
  nodeOptions: ['--import', new URL('../faulty-house.ts', import.meta.url).href],
} as const;

export async function beginStart(t: Ending, ground: Ground): Promise<Start> {
  const settings = await ground.settingsForStart();
  return ground.ordered() ? asProcess(t, settings) : inside(settings);
}

type Settings = Readonly<Record<string, string>>;

async function asProcess(t: Ending, settings: Settings): Promise<Start> {
  try {
    const server = await startServer(t, settings, { ...withFaults, waits: true });
    const { status } = await fetch(`${server.url}/readyz`);
    return {
      sees: status === 200 ? 'ready' : 'waits',
      failure: () => firstFailure(server.logs()),
      ended: async () => {
        await becomesReady(server.url);
        await server.stop();
      },
    };
  } catch (error) {
    if (!/did not start:[\s\S]*^strongroom: /m.test(String(error))) throw error;
    return stopped;
  }
}

async function inside(settings: Settings): Promise<Start> {
  const lines: string[] = [];
  const keep = keepLog();
  keepSettings(settings);
  const log = pino(
    {
      formatters: { level: (level) => ({ level }) },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    {
      write: (line: string) => {
        lines.push(line.trimEnd());
        keep(line);
      },
    },
  );
  const read = await readSettings(settings, { cwd: settings.DATA_DIR ?? '' });
  const strongroom = await createStrongroom(read.settings, { log });
  try {
    const { url, waitingFor } = await strongroom.start();
    return {
      sees: waitingFor.length === 0 ? 'ready' : 'waits',
      failure: () => firstFailure(lines.join('\n')),
      ended: async () => {
        await becomesReady(`${url}`);
        await strongroom.stop();
      },
    };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return stopped;
  }
}

const stopped: Start = {
  sees: 'stops',
  failure: () => ({ logs: null, cause: null }),
  ended: async () => {},
};

function firstFailure(log: string): { logs: string | null; cause: string | null } {
  const error = logLines({ logs: () => log }).find((line) => line.error !== undefined)?.error;
  return { logs: error?.code ?? null, cause: error?.cause?.code ?? error?.cause?.message ?? null };
}

async function becomesReady(url: string): Promise<void> {
  for (const until = performance.now() + 15_000; ; await sleep(100)) {
    if ((await fetch(`${url}/readyz`)).status === 200) return;
    if (performance.now() > until) throw new Error('it never became ready');
  }
}
