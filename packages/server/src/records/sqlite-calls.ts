import type { ErrorCode } from '../errors.ts';
import type { Operations } from './sqlite-operations.ts';

/** What crosses the port between sqlite.ts and sqlite-worker.ts: arrays of these, many calls to a message. */
export type Call = readonly [number: number, operation: OperationName, argument: unknown];
export type OperationName = 'read' | keyof Operations;

/** The answer to a call: its value, or why there is none. */
export type Answer =
  | readonly [number: number, failure: null, value: unknown]
  | readonly [number: number, failure: Failure];

export type Failure =
  /** A refusal of the domain. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly parameters: unknown }
  /** SQLite or the disk under it could not; trying again may help. */
  | { readonly kind: 'unavailable'; readonly code: string; readonly message: string }
  /** An operator must mend it. */
  | { readonly kind: 'start'; readonly message: string }
  | { readonly kind: 'internal'; readonly message: string };

export interface WorkerOptions {
  readonly folder: string;
  readonly serving: boolean;
}
