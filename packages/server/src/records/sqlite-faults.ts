/** Result codes (sqlite.org/rescode.html) that say something of the machine or the file, not of the statement. */
const faults: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  22: 'SQLITE_NOLFS',
  26: 'SQLITE_NOTADB',
};

/** What SQLite said, in a form that crosses threads; null when the error is not such a fault. */
export function sqliteFault(error: unknown): { code: string; message: string } | null {
  const { errcode, message } = error as { errcode?: number; message: string };
  // The low byte is the primary code; the rest says more.
  const code = errcode === undefined ? undefined : faults[errcode & 0xff];
  return code === undefined ? null : { code, message: `${message} (${errcode})` };
}
