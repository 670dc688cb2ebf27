/** What a test and the server that it kills agree on. */

/** Before a step is begun, while it is under way, or when it has succeeded and nobody knows it yet. */
export type Moment = 'before' | 'during' | 'after';

/** Where the work on one record ends. */
export interface Stop {
  /** As the journal names it, with which of its kind it is: `link object#1`. */
  readonly step: string;
  readonly moment: Moment;
  /**
   * `kill`: the process gets its SIGKILL here. `hang`: this work goes no further while others go on, until the test
   * kills the process, which so dies with many records each at a step of its own.
   */
  readonly end: 'hang' | 'kill';
}

export interface Plan {
  /** A file that the server appends a JSON line to for each moment of each step. */
  readonly journal: string;
  /** The records that are watched, by recordId; null: only watched. */
  readonly stops: Readonly<Record<string, Stop | null>>;
}

/** A line of the journal. */
export interface Passed {
  readonly recordId: string;
  readonly step: string;
  readonly moment: Moment;
  /** The work ended here. */
  readonly stopped: boolean;
}

/** Options of node that make a server follow the plan in `file`. */
export function following(file: string): string[] {
  const preload = new URL('./kill.ts', import.meta.url);
  preload.searchParams.set('plan', file);
  return ['--import', preload.href];
}
