import { createHash, randomBytes } from 'node:crypto';
import { join, sep } from 'node:path';
import { reservedPrefix } from './keys.ts';

/** Where one object lies on disk. */
export interface Place {
  readonly key: string;
  readonly folder: string;
  readonly object: string;
  /** The facts lie beside the object under its name with a dot before it; no key has such a part. */
  readonly facts: string;
}

/** Half-written files lie in this folder, on the same file system as the objects, so that they can be linked into place. */
const scratchKey = `${reservedPrefix}tmp`;

/** And here those that go on over several calls, by the id of their upload. */
const uploadsKey = `${reservedPrefix}uploads`;

/** The longest name that still takes a dot before it; file systems take 255 bytes. */
const longestName = 254;

/** The one place that turns a key into a path. Nothing it gives lies outside `root`, or where half-written files lie. */
export class DiskPaths {
  /** Absolute. */
  readonly root: string;
  readonly scratch: string;
  readonly uploads: string;

  constructor(root: string) {
    this.root = root;
    this.scratch = join(root, scratchKey);
    this.uploads = join(root, uploadsKey);
  }

  /** Raises RangeError for what keys.ts can't have made: that is a fault in the program, not in the store. */
  of(key: string): Place {
    assertSafe(key, key.split('/'));
    const object = join(this.root, key);
    if (!object.startsWith(this.root + sep)) throw notAKey(key);
    const name = object.lastIndexOf(sep) + 1;
    const folder = object.slice(0, name - 1);
    return { key, folder, object, facts: `${object.slice(0, name)}.${object.slice(name)}` };
  }

  /** The folder that holds every key beginning with `prefix`, as a key part with its slash; empty for the root. */
  folderOf(prefix: string): string {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') assertSafe(prefix, folder.slice(0, -1).split('/'));
    return folder;
  }

  /** Whether the name `name` in the folder `folder` (as `folderOf` gives it) is no object's and no key's. */
  isHidden(folder: string, name: string): boolean {
    const own = folder === '' && `${name}/` === reservedPrefix;
    return (name.startsWith('.') && !own) || isScratch(folder + name);
  }

  /** The file of an unfinished upload. Raises RangeError for an id that no document has. */
  upload(id: string): string {
    if (!/^[\w-]{1,100}$/.test(id)) throw notAKey(id);
    return join(this.uploads, id);
  }

  /** A fresh path for a half-written file of `key`, which `isTemporaryOf` recognises after a crash. */
  temporary(key: string): string {
    return join(this.scratch, `${digest(key)}-${randomBytes(8).toString('hex')}`);
  }

  isTemporaryOf(key: string, name: string): boolean {
    return name.startsWith(`${digest(key)}-`);
  }
}

function assertSafe(key: string, parts: readonly string[]): void {
  const isReserved = key.startsWith(reservedPrefix);
  const safe = (isReserved ? parts.slice(1) : parts).every(
    (part) =>
      part !== '' && !part.startsWith('.') && !part.includes('\0') && Buffer.byteLength(part) <= longestName,
  );
  if (!safe || isScratch(`${parts[0]}/${parts[1]}`)) throw notAKey(key);
}

function isScratch(path: string): boolean {
  return path === scratchKey || path === uploadsKey;
}

function notAKey(key: string): RangeError {
  return new RangeError(`${JSON.stringify(key)} can't be a key on disk`);
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
