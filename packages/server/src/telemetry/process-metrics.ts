import { readdir, readFile } from 'node:fs/promises';
import type { Reading, Registry } from './registry.ts';

/** How often the event loop is asked to be on time, in milliseconds: coarse enough to cost nothing. */
const beat = 100;

/** Seconds. */
const delays = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Asks the event loop, between `start` and `stop`, how late it is. */
export interface EventLoopWatch {
  start(): void;
  stop(): void;
}

/** What the process costs, under the names that Prometheus' clients share, and how late its event loop is. */
export function watchProcess(registry: Registry): EventLoopWatch {
  const started = Date.now() / 1000 - process.uptime();
  const gauge = (name: string, help: string, read: () => Value) =>
    registry.read('gauge', name, help, [], async () => readings(await read()));
  gauge('process_start_time_seconds', 'When the process began, in Unix time.', () => started);
  registry.read(
    'counter',
    'process_cpu_seconds_total',
    'CPU time of the process, user and system.',
    [],
    () => {
      const { user, system } = process.cpuUsage();
      return readings((user + system) / 1e6);
    },
  );
  gauge('process_resident_memory_bytes', 'Memory of the process in RAM.', () => process.memoryUsage.rss());
  gauge('process_open_fds', 'Open file descriptors (Linux).', openFiles);
  gauge('process_max_fds', 'The most file descriptors that may be open (Linux).', mostFiles);
  gauge(
    'nodejs_heap_size_used_bytes',
    'Used part of the JavaScript heap.',
    () => process.memoryUsage().heapUsed,
  );
  gauge(
    'nodejs_external_memory_bytes',
    'Memory of buffers, outside the JavaScript heap.',
    () => process.memoryUsage().external,
  );
  return watchEventLoop(registry);
}

/** Null: not to be had on this system. */
type Value = number | null | Promise<number | null>;

function readings(value: number | null): Reading[] {
  return value === null ? [] : [[[], value]];
}

async function openFiles(): Promise<number | null> {
  const open = await readdir('/proc/self/fd').catch(() => null);
  return open?.length ?? null;
}

async function mostFiles(): Promise<number | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, most] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  return most === undefined ? null : Number(most);
}

/**
 * A timer of our own: perf_hooks' monitorEventLoopDelay has to be reset at each scrape, which loses a stop that spans
 * it and shows each of two scrapers half of the truth. A histogram that only grows does neither.
 */
function watchEventLoop(registry: Registry): EventLoopWatch {
  const delay = registry
    .histogram('nodejs_eventloop_delay_seconds', 'How late a timer of 100 ms fires.', [], delays)
    .of();
  registry.read(
    'counter',
    'nodejs_eventloop_active_seconds_total',
    'Time in which the event loop was busy; its rate is the utilization.',
    [],
    () => readings(performance.eventLoopUtilization().active / 1000),
  );
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      let last = performance.now();
      timer = setInterval(() => {
        const now = performance.now();
        delay.observe(Math.max(0, now - last - beat) / 1000);
        last = now;
      }, beat).unref();
    },
    stop: () => clearInterval(timer),
  };
}
