import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, stat, unlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GroupCommit } from './group-commit.ts';
import { collect, created, serve } from './serve.ts';

/**
 * The floor on disk: the least that a server in Node can do to keep a document and its record through a power cut.
 * Commit, receive, hash, write, fsync, link, fsync of the folder, commit. It checks nothing and knows no caller.
 * Called with the folder.
 */

const folder = process.argv[2] ?? '';
await mkdir(join(folder, 'objects'), { recursive: true });
await mkdir(join(folder, 'unfinished'), { recursive: true });
const objects = await open(join(folder, 'objects'));
const small = 1024 ** 2;

const database = new DatabaseSync(join(folder, 'floor.db'));
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec(
  'CREATE TABLE documents (id TEXT PRIMARY KEY, state TEXT, size INTEGER, sha256 TEXT) WITHOUT ROWID',
);
const insert = database.prepare("INSERT INTO documents VALUES (?, 'receiving', NULL, NULL)");
const update = database.prepare(
  "UPDATE documents SET state = 'available', size = ?, sha256 = ? WHERE id = ?",
);
const commits = new GroupCommit(database);

serve(async (request, response) => {
  if (request.method === 'GET') return read(request.url ?? '', response);
  const id = randomUUID();
  await commits.run(() => insert.run(id));
  const unfinished = join(folder, 'unfinished', id);
  const receive = Number(request.headers['content-length']) <= small ? whole : stream;
  const { sha256, size } = await receive(request, unfinished);
  await link(unfinished, join(folder, 'objects', id));
  await unlink(unfinished);
  await objects.sync();
  await commits.run(() => update.run(size, sha256, id));
  created(response, { id, sha256, size });
});

interface Received {
  readonly sha256: string;
  readonly size: number;
}

async function whole(request: IncomingMessage, path: string): Promise<Received> {
  const body = await collect(request);
  await writeFile(path, body, { flag: 'wx', flush: true });
  return { sha256: createHash('sha256').update(body).digest('hex'), size: body.length };
}

async function stream(request: IncomingMessage, path: string): Promise<Received> {
  const hash = createHash('sha256');
  const file = createWriteStream(path, { flags: 'wx', flush: true, highWaterMark: small });
  request.on('data', (chunk: Buffer) => hash.update(chunk));
  request.on('error', (error) => file.destroy(error));
  await once(request.pipe(file), 'close');
  return { sha256: hash.digest('hex'), size: file.bytesWritten };
}

async function read(id: string, response: ServerResponse): Promise<void> {
  const path = join(folder, 'objects', id);
  const { size } = await stat(path);
  response.writeHead(200, { 'content-length': size });
  createReadStream(path).pipe(response);
}
