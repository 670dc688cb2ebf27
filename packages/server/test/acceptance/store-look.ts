import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Ending } from '../harness.ts';

/** What lies in a store, looked at past the service. */
export interface StoreLook {
  /** Everything but what the service keeps for itself, in byte order. */
  keys(): Promise<string[]>;
  /** What an upload that was broken off could leave: half-written files, unfinished multipart uploads. */
  leftovers(): Promise<string[]>;
  /** What is not there any more and still takes place: empty folders; versions of an object beside the newest one. */
  emptied(): Promise<string[]>;
}

/** @param settings as `Backend.prepare` answers them */
export function lookInto(t: Ending, settings: Readonly<Record<string, string>>): StoreLook {
  return settings.S3_BUCKET === undefined
    ? diskLook(join(settings.DATA_DIR ?? '', 'objects'))
    : s3Look(t, settings);
}

function diskLook(folder: string): StoreLook {
  const files = async () => {
    const entries = await entriesOf(folder);
    const found = entries.filter((entry) => entry.isFile());
    return found.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
  };
  return {
    keys: async () => (await files()).filter((file) => !/(^|\/)\./.test(file)),
    leftovers: async () => {
      const all = await files();
      const objects = new Set(all);
      // The facts of an object lie beside it under its name with a dot before it.
      const alone = (file: string) => !objects.has(file.replace(/(^|\/)\.([^/]+)$/, '$1$2'));
      return all.filter((file) => /(^|\/)\./.test(file) && (isScratch(file) || alone(file)) && !isOwn(file));
    },
    emptied: async () => {
      // Those that a store is made of are always there.
      const folders = (await entriesOf(folder)).filter(
        (entry) => entry.isDirectory() && !['tmp', 'uploads'].includes(entry.name),
      );
      const paths = folders.map(({ parentPath, name }) => join(parentPath, name));
      const counts = await Promise.all(paths.map(async (path) => (await readdir(path)).length));
      return paths.filter((_, at) => counts[at] === 0);
    },
  };
}

/** What is on its way into an object, in one call or over several. */
function isScratch(file: string): boolean {
  return /^\.strongroom\/(tmp|uploads)\//.test(file);
}

/** Everything in the folder; looked at again when the service removed an empty folder meanwhile. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  for (;;) {
    try {
      return await readdir(folder, { recursive: true, withFileTypes: true });
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || path === folder) throw error;
    }
  }
}

function s3Look(t: Ending, settings: Readonly<Record<string, string>>): StoreLook {
  const client = s3Client(t, settings);
  const Bucket = settings.S3_BUCKET;
  return {
    keys: async () => {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        keys.push(...Contents.map(({ Key = '' }) => Key));
      }
      return keys.filter((key) => !isOwn(key));
    },
    leftovers: async () => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    emptied: async () => {
      const old: string[] = [];
      let from = {};
      for (;;) {
        const page = await client.send(new ListObjectVersionsCommand({ Bucket, ...from }));
        const { Versions = [], DeleteMarkers = [] } = page;
        for (const { Key = '' } of [...Versions.filter(({ IsLatest }) => !IsLatest), ...DeleteMarkers]) {
          old.push(Key);
        }
        if (!page.IsTruncated) return old;
        from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
    },
  };
}

/** The SDK's client for the S3 that `settings` name. */
export function s3Client(t: Ending, settings: Readonly<Record<string, string>>): S3Client {
  const client = new S3Client({
    endpoint: settings.S3_ENDPOINT ?? '',
    region: settings.S3_REGION ?? '',
    credentials: {
      accessKeyId: settings.S3_ACCESS_KEY_ID ?? '',
      secretAccessKey: settings.S3_SECRET_ACCESS_KEY ?? '',
    },
    forcePathStyle: true,
  });
  t.after(() => client.destroy());
  return client;
}

/**
 * The object that says whose bucket this is, its facts on disk, what the doctor writes while it looks, and what a start
 * tries a folder out with: of one that was killed then it stays for a day.
 */
function isOwn(key: string): boolean {
  return /^\.strongroom\/(\.?deployment$|check\/|tmp\/probe-)/.test(key);
}
