import { agreed } from './ask.ts';
import type { Document, Strongroom } from './client.ts';
import { commandLine, someWords } from './command-line.ts';
import { connect } from './connect.ts';
import { forEach, printDone } from './each.ts';
import { note, painted, plain } from './output.ts';
import { UsageError } from './usage.ts';

/** `strongroom rm ID…`: asks on a terminal, unless --yes. With --json `{items, failed}`; a document that is gone at once is null. */
export async function rm(given: readonly string[]): Promise<void> {
  const line = commandLine('rm', given);
  const ids = someWords('rm', 'ID', line);
  if (!line.flag('yes') && !process.stdin.isTTY)
    throw new UsageError('rm asks on a terminal, and this is none; --yes deletes without asking');
  const strongroom = connect(line);
  const meant = line.flag('yes') ? ids : await meantBy(strongroom, ids);
  const all = await forEach(meant, async (id) => {
    const document = await strongroom.remove(id);
    note(`${painted('green', '✓')} ${plain(id)}  ${became(document)}`);
    return document;
  });
  if (line.flag('json')) printDone(all);
}

/** Those that are there, if it is agreed that they go. */
async function meantBy(strongroom: Strongroom, ids: readonly string[]): Promise<readonly string[]> {
  const { items } = await forEach(ids, (id) => strongroom.get(id));
  if (items.length === 0) return [];
  for (const { id, filename, recordId } of items) note(`  ${id}  ${plain(filename)}  of ${plain(recordId)}`);
  const what = items.length === 1 ? 'this document' : `these ${items.length} documents`;
  if (await agreed(`Delete ${what}?`)) return items.map(({ id }) => id);
  note('Nothing was deleted.');
  process.exitCode = 1;
  return [];
}

function became(document: Document | null): string {
  if (document === null) return 'is gone';
  const until = document.purgeAfter === null ? '' : ` until ${document.purgeAfter.slice(0, 10)}`;
  return `${plain(document.filename)} is in the trash${until}; strongroom restore ${document.id} brings it back`;
}
