import { StartError } from '../../errors.ts';
import type { Outlook } from '../document-records.ts';
import { documents } from './0001-documents.ts';
import { access } from './0002-access.ts';
import { signInCodes } from './0003-sign-in-codes.ts';
import { foldedNames } from './0004-folded-names.ts';
import { uploads } from './0005-uploads.ts';

/** What the two databases call the same things. */
export interface Types {
  readonly id: string;
  readonly text: string;
  /** 64 bits. */
  readonly integer: string;
  /** Said after a table whose rows are to lie in the order of its primary key. */
  readonly clustered: string;
}

export const sqliteTypes: Types = {
  id: 'TEXT',
  text: 'TEXT',
  integer: 'INTEGER',
  clustered: ' WITHOUT ROWID',
};
export const postgresTypes: Types = {
  id: 'uuid',
  text: 'text COLLATE "C"',
  integer: 'bigint',
  clustered: '',
};

/**
 * Migration n brings schema n - 1 to schema n. One that has been released never changes. A migration expands: the
 * program before it still runs on what it leaves, so servers can be replaced one by one. What it makes needless goes
 * in a migration of a later release.
 */
const migrations: readonly ((types: Types) => string[])[] = [
  documents,
  access,
  signInCodes,
  foldedNames,
  uploads,
];

/** Where the schema's number is kept. */
export const createSchemaTable = 'CREATE TABLE IF NOT EXISTS schema_version (number integer NOT NULL)';

/** What bringing schema `from` to this program's comes to. Raises as `migrate` does. */
export function outlookFor(from: number, types: Types, where: string): Outlook {
  if (from === 0) return 'make';
  return migrate(from, types, where).length === 0 ? 'use' : 'migrate';
}

/**
 * The statements that bring schema `from` (0: an empty database) to this program's, the new number included; empty
 * when there is nothing to do. `where` names the records. Raises StartError when the schema is newer than the program.
 */
export function migrate(from: number, types: Types, where: string): string[] {
  if (from > migrations.length) {
    throw new StartError(
      `The records (${where}) have schema ${from}; this program knows schemas up to ${migrations.length}. Run the newer version of Strongroom that made it.`,
    );
  }
  if (from === migrations.length) return [];
  return [
    ...migrations.slice(from).flatMap((migration) => migration(types)),
    'DELETE FROM schema_version',
    `INSERT INTO schema_version VALUES (${migrations.length})`,
  ];
}
