import { openFile } from '#platform';
import type { FileSource } from './file-source.ts';

/** In Node the file at a path, to be uploaded. It is opened anew for each attempt. Raises what `stat` of node:fs does. */
export function fileOf(path: string | URL): Promise<FileSource> {
  return openFile(path);
}
