import { commandLine, someWords } from './command-line.ts';
import { connect } from './connect.ts';
import { forEach, printDone } from './each.ts';
import { note, painted, plain } from './output.ts';

const done = {
  archive: 'is in the archive',
  unarchive: 'is out of the archive',
  restore: 'is out of the trash',
};

/** `strongroom archive|unarchive|restore ID…`; with --json `{items, failed}`. */
export async function move(name: keyof typeof done, given: readonly string[]): Promise<void> {
  const line = commandLine(name, given);
  const ids = someWords(name, 'ID', line);
  const strongroom = connect(line);
  const all = await forEach(ids, async (id) => {
    const document = await strongroom[name](id);
    note(`${painted('green', '✓')} ${document.id}  ${plain(document.filename)} ${done[name]}`);
    return document;
  });
  if (line.flag('json')) printDone(all);
}
