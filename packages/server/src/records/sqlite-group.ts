import type { DatabaseSync } from 'node:sqlite';
import { StartError, StrongroomError } from '../errors.ts';
import type { Answer, Call, Failure } from './sqlite-calls.ts';
import { sqliteFault } from './sqlite-faults.ts';
import type { Operations } from './sqlite-operations.ts';

/** Answers reads one by one; they see what was committed before. */
export function answerReads(operations: Operations, calls: readonly Call[]): Answer[] {
  return calls.map((call) => {
    try {
      return [call[0], null, perform(operations, call)];
    } catch (error) {
      return [call[0], failure(error)];
    }
  });
}

/**
 * Runs all calls in one transaction: one fsync serves them all. A refusal concerns its own call only, since it came
 * before that call wrote. A failure nobody foresaw (a constraint) rolls all back and runs each by itself, so that it
 * does not fail its neighbours: a SAVEPOINT per call would do the same, at a price that every call pays.
 */
export function commitTogether(db: DatabaseSync, operations: Operations, calls: readonly Call[]): Answer[] {
  const answers: Answer[] = [];
  try {
    db.exec('BEGIN IMMEDIATE');
    for (const call of calls) answers.push(refusable(operations, call));
    db.exec('COMMIT');
    return answers;
  } catch (error) {
    // SQLite has rolled back by itself after some faults.
    if (db.isTransaction) db.exec('ROLLBACK');
    if (calls.length > 1 && !sqliteFault(error)) {
      return calls.flatMap((call) => commitTogether(db, operations, [call]));
    }
    return calls.map((call) => [call[0], failure(error)]);
  }
}

function refusable(operations: Operations, call: Call): Answer {
  try {
    return [call[0], null, perform(operations, call)];
  } catch (error) {
    if (error instanceof StrongroomError) return [call[0], failure(error)];
    throw error;
  }
}

function perform(operations: Operations, [, operation, argument]: Call): unknown {
  // The main side is this room's own sqlite.ts, which pairs each operation with its argument.
  const method = operations[operation === 'read' ? 'run' : operation] as (argument: unknown) => unknown;
  return method.call(operations, argument);
}

/** An error in a form that crosses threads. */
export function failure(error: unknown): Failure {
  if (error instanceof StrongroomError) {
    return { kind: 'refused', code: error.code, parameters: error.parameters };
  }
  const { message } = error as Error;
  if (error instanceof StartError) return { kind: 'start', message };
  const fault = sqliteFault(error);
  return fault ? { kind: 'unavailable', ...fault } : { kind: 'internal', message };
}
