import type { TestServer } from '../harness.ts';

/** A line of the operator's log, as far as the tests ask. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly requestId?: string;
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

/** The line that says why the request with this id failed. */
export function faultOf(server: Pick<TestServer, 'logs'>, requestId: unknown): LoggedError | undefined {
  return logLines(server).find((line) => line.requestId === requestId && line.error)?.error;
}
