import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../errors.ts';
import { createSchemaTable, migrate, sqliteTypes } from './migrations/migrations.ts';
import { sqliteFault } from './sqlite-faults.ts';

/** Milliseconds that a statement waits for another process's write. */
const busyTimeout = 5_000;

export const databaseFile = (folder: string) => join(folder, 'strongroom.db');

/**
 * Opens the records in `folder`, made when missing, and migrates them. Raises StartError for what an operator must
 * mend; SQLite's own error where it may pass.
 */
export async function openDatabase(folder: string): Promise<DatabaseSync> {
  const db = openPrivately(databaseFile(folder), busyTimeout);
  try {
    await useWal(db);
    // FULL: a commit is on the disk before it is answered. The cache is in KiB. What a statement could have to undo is
    // kept in memory: past 64 KiB a common transaction would make, fill and remove a temporary file for it.
    db.exec(
      'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY',
    );
    db.exec('BEGIN IMMEDIATE');
    db.exec(createSchemaTable);
    const version = Number(db.prepare('SELECT number FROM schema_version').get()?.number ?? 0);
    for (const statement of migrate(version, sqliteTypes, databaseFile(folder))) db.exec(statement);
    db.exec('COMMIT');
    return db;
  } catch (error) {
    db.close();
    throw damaged(error, databaseFile(folder)) ?? error;
  }
}

/** The number of the schema in `file`, which is there; 0 where it holds none. Changes nothing. Raises StartError for what is no database. */
export function schemaIn(file: string): number {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeout });
    try {
      const table = db.prepare(`SELECT name FROM sqlite_schema WHERE name = 'schema_version'`).get();
      return table ? Number(db.prepare('SELECT number FROM schema_version').get()?.number ?? 0) : 0;
    } finally {
      db.close();
    }
  } catch (error) {
    throw damaged(error, file) ?? error;
  }
}

/**
 * Takes the folder for a server until the process dies, however it dies: the kernel then drops the lock. Raises
 * StartError when another server has it. A file of its own, so that local commands can still write.
 */
export function lockFolder(folder: string): DatabaseSync {
  const lock = openPrivately(join(folder, 'lock.db'), 0);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (sqliteFault(error)?.code !== 'SQLITE_BUSY') throw error;
    throw new StartError(
      `Another Strongroom server is running on ${folder}. Stop it, or set DATA_DIR to another folder; several servers at once need DATABASE_URL.`,
    );
  }
}

/** The records keep what signs links: only the owner may read them, whatever folder they lie in. SQLite's other files follow. */
function openPrivately(file: string, timeout: number): DatabaseSync {
  try {
    makeOrAssertUsable(file);
  } catch (error) {
    throw unusable(error, file) ?? error;
  }
  return new DatabaseSync(file, { timeout });
}

/** One that is there is not opened: to close it again takes every lock on it from the whole process (fcntl(2)). */
function makeOrAssertUsable(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    accessSync(file, constants.R_OK | constants.W_OK);
    if (statSync(file).isDirectory()) throw Object.assign(new Error('It is a folder.'), { code: 'EISDIR' });
  }
}

/** A folder of somebody else's, a disk that is mounted read-only, something other than a folder or a file. */
function unusable(error: unknown, file: string): StartError | null {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR'].includes(code)) return null;
  return new StartError(
    `The records can't be kept in ${file} (${code}). Give the folder to the user that the service runs as, or set DATA_DIR to another one.`,
  );
}

/** Makes the folder, for the service's eyes only. */
export function makeFolder(folder: string): void {
  try {
    makeLevels(folder);
  } catch (error) {
    throw new StartError(
      `The folder ${folder} can't be made (${(error as NodeJS.ErrnoException).code}). Set DATA_DIR to a folder that this user can write to.`,
    );
  }
}

/** Level by level: mkdir's own `recursive` never returns where a parent is there and still takes no folder, as in /proc. */
function makeLevels(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  makeLevels(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process came first; a file in the way shows when the database is opened.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function damaged(error: unknown, file: string): StartError | null {
  const code = sqliteFault(error)?.code ?? '';
  if (!['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(code)) return null;
  return new StartError(
    `${file} is damaged, or not a database (${code}). Put a backup in its place, or set DATA_DIR to another folder.`,
  );
}

/** Two processes that turn a new file to WAL at once don't wait on busy: SQLite refuses one of them at once. */
async function useWal(db: DatabaseSync): Promise<void> {
  for (const end = Date.now() + busyTimeout; ; await sleep(20)) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (sqliteFault(error)?.code !== 'SQLITE_BUSY' || Date.now() > end) throw error;
    }
  }
}
