import type { Document, Event } from './client.ts';
import { commandLine, oneWord } from './command-line.ts';
import { connect, told } from './connect.ts';
import { bytes, painted, plain, print, printJson, table } from './output.ts';

/** `strongroom info ID`: what is known of one document; with --json the document, with --history `{document, events}`. */
export async function info(given: readonly string[]): Promise<void> {
  const line = commandLine('info', given);
  const id = oneWord('info', 'ID', line);
  const strongroom = connect(line);
  const events: Event[] = [];
  try {
    const document = await strongroom.get(id);
    if (line.flag('history')) for await (const event of strongroom.events(id)) events.push(event);
    if (line.flag('json')) return printJson(line.flag('history') ? { document, events } : document);
    for (const row of rowsOf(document)) print(row);
    if (events.length > 0) print(`\n${historyOf(events).join('\n')}`);
  } catch (error) {
    throw told(error);
  }
}

function rowsOf(document: Document): string[] {
  const { size, storage, metadata, createdBy } = document;
  const facts: Readonly<Record<string, string | null>> = {
    Id: document.id,
    Name: document.filename,
    Record: document.recordId,
    Type: document.type,
    State: document.state,
    Content: document.contentType,
    Size: size === null ? null : `${bytes(size)}${size < 1000 ? '' : ` (${size} bytes)`}`,
    'SHA-256': document.sha256,
    'Stored at': storage.path,
    Metadata: Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata),
    Replaces: document.replaces,
    Created: `${document.createdAt} by ${createdBy.kind} ${createdBy.id}`,
    Archived: document.archivedAt,
    Deleted: document.deletedAt,
    'Gone after': document.purgeAfter,
    Revision: String(document.revision),
  };
  const given = Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== null);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(
    ([name, value]) => `${painted('dim', name.padEnd(width), process.stdout)}  ${plain(value)}`,
  );
}

function historyOf(events: readonly Event[]): string[] {
  return table(
    events.map(({ at, action, actor }) => [
      at,
      action.replace('document.', ''),
      plain(`${actor.kind} ${actor.id}`),
    ]),
  );
}
