import type { DatabaseError } from 'pg';
import { StartError, StrongroomError } from '../errors.ts';

/**
 * Classes of SQLSTATE (PostgreSQL manual, appendix A) that speak of a statement or its data: a defect here, which
 * trying again does not mend. All others speak of the server, the way to it or other transactions, and may pass.
 */
const defects = new Set(['0A', '21', '22', '23', '34', '42', '44']);

/** A right was taken away; the operator can give it back while the service runs. */
const insufficientPrivilege = '42501';

/** A group waited too long for a row (`lock_timeout`). */
const lockNotAvailable = '55P03';

/** Duplicate table, undefined column: tables with our names are there that the migrations did not make. */
const othersTables = new Set(['42P07', '42703']);

/** Raises the fault as the port says it; the database's own words stay in the cause. A domain error passes. */
export function raise(error: unknown): never {
  if (error instanceof StrongroomError || error instanceof StartError) throw error;
  const defect = statementRefused(error) || error instanceof TypeError;
  throw new StrongroomError(defect ? 'internal' : 'records_unavailable', {}, { cause: told(error) });
}

/**
 * What a log may tell. PostgreSQL says in its details which values were refused ("Failing row contains …"): a filename,
 * or what signs links.
 */
function told(error: unknown): unknown {
  const state = sqlState(error);
  if (state === null) return error;
  const { message, severity, table, constraint } = error as DatabaseError;
  return Object.assign(new Error(message), { code: state, severity, table, constraint });
}

function statementRefused(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  return defects.has(state.slice(0, 2)) && state !== insufficientPrivilege;
}

/** PostgreSQL itself said that it undid the transaction, for the sake of a statement in it or of another transaction. */
export function nothingHappened(error: unknown): boolean {
  return (
    statementRefused(error) ||
    statementLost(error) ||
    rolledBack(error) ||
    sqlState(error) === lockNotAvailable
  );
}

/** Five characters as PostgreSQL sent them; null where it was not PostgreSQL that spoke (sockets, time limits). */
function sqlState(error: unknown): string | null {
  const { code, severity } = error as Partial<DatabaseError>;
  return severity === undefined ? null : (code ?? null);
}

/** The connection died under the statement, which may or may not have run. */
export function connectionBroke(error: unknown): boolean {
  if (sqlState(error) !== null) return /^(?:08|57P0)/.test(sqlState(error) ?? '');
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' || /^Connection terminated( unexpectedly)?$/.test(message);
}

/**
 * The named statement is not there, is there already, or no longer fits the tables. All of it is said before the
 * statement runs. A transaction pooler that does not follow names causes the first two.
 */
export function statementLost(error: unknown): boolean {
  return ['26000', '42P05', '0A000'].includes(sqlState(error) ?? '');
}

/** The transaction was rolled back for another's sake (serialization failure, deadlock) and can run again. */
export function rolledBack(error: unknown): boolean {
  return /^40/.test(sqlState(error) ?? '');
}

/** What an operator must mend before records can connect, as one line without the password; null for what may pass by itself. */
export function startError(
  error: unknown,
  { host, user, database }: { host: string; user: string | undefined; database: string | undefined },
): StartError | null {
  const state = sqlState(error);
  const unanswered = state === null && /^SASL|client password/.test((error as Error).message);
  if (unanswered || state?.startsWith('28')) {
    return new StartError(
      `PostgreSQL at ${host} refuses role "${user}". Check the user and the password in DATABASE_URL.`,
    );
  }
  if (state === '3D000') {
    return new StartError(
      `PostgreSQL at ${host} has no database "${database}". Make it (createdb ${database}) or correct DATABASE_URL.`,
    );
  }
  if (othersTables.has(state ?? '')) {
    return new StartError(
      `Database "${database}" at ${host} holds tables of something else (${(error as Error).message}). Give Strongroom a database, or a schema in the role's search_path, of its own.`,
    );
  }
  if (state === insufficientPrivilege) {
    return new StartError(
      `Role "${user}" may not use database "${database}" at ${host} (${(error as Error).message}). Grant it the right, or name another role in DATABASE_URL.`,
    );
  }
  return null;
}
