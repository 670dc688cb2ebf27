/** What was dropped: files, those in folders too, and the folders that gave none. */
export interface Dropped {
  readonly files: readonly File[];
  /** Names of folders that were not opened, had no file in them, or could not be read. */
  readonly folders: readonly string[];
}

/** Files that systems leave in folders for themselves. */
const litter = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

/**
 * The files of a drop or a paste. Folders are walked when `walk` is set. Must be called within the event: its data can't be
 * read later.
 */
export async function droppedFiles(data: DataTransfer, walk: boolean): Promise<Dropped> {
  const entries = [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return { files: [...data.files], folders: [] };
  const files: File[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    if (!entry) continue;
    // One that can't be read gives none, and keeps the others from nothing.
    const found = entry.isFile || walk ? await filesOf(entry).catch(() => []) : [];
    if (found.length === 0) folders.push(entry.name);
    files.push(...found);
  }
  return { files, folders };
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    if (litter.has(entry.name)) return [];
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  }
  const files: File[] = [];
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry))
    files.push(...(await filesOf(child)));
  return files;
}

/** A reader gives about a hundred at a time, and none at its end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return children;
    children.push(...some);
  }
}
