import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from '../harness.ts';

/** A line of the operator's log, as far as the tests ask. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly requestId?: string;
  readonly document?: string;
  readonly error?: LoggedError;
}

interface LoggedError {
  readonly code?: string;
  readonly message: string;
  readonly cause?: LoggedError;
}

/** What the service has logged so far. */
export function logLines(server: Pick<TestServer, 'logs'>): LogLine[] {
  const lines = server
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** What the log says of the failed request with this id. The answer can be here before the line is; undefined after 2 s. */
export async function faultOf(
  server: Pick<TestServer, 'logs'>,
  requestId: unknown,
): Promise<LoggedError | undefined> {
  for (const until = performance.now() + 2_000; ; await sleep(10)) {
    const line = logLines(server).find(({ error, ...of }) => of.requestId === requestId && error);
    if (line || performance.now() > until) return line?.error;
  }
}
