import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Call, WorkerOptions } from './sqlite-calls.ts';
import { lockFolder, makeFolder, openDatabase } from './sqlite-folder.ts';
import { answerReads, commitTogether, failure } from './sqlite-group.ts';
import { Operations } from './sqlite-operations.ts';

/**
 * The thread that holds SQLite. While it commits, calls gather in the port; the next turn takes them all into one
 * transaction and answers them after its COMMIT (group commit). Reads are answered first.
 * The first message out says that the records are open (null), or why not. `null` in means: close.
 */
const port = parentPort as MessagePort;
const { folder, serving } = workerData as WorkerOptions;

try {
  await serve();
} catch (error) {
  port.postMessage(failure(error));
  port.close();
}

async function serve(): Promise<void> {
  makeFolder(folder);
  const lock = serving ? lockFolder(folder) : null;
  const db = await openDatabase(folder);
  const operations = new Operations(db);
  port.on('message', (first: Call[] | null) => {
    const { calls, closing } = drain(first);
    const reads = calls.filter(([, operation]) => operation === 'read');
    if (reads.length > 0) port.postMessage(answerReads(operations, reads));
    const writes = calls.filter(([, operation]) => operation !== 'read');
    if (writes.length > 0) port.postMessage(commitTogether(db, operations, writes));
    if (!closing) return;
    db.close();
    lock?.close();
    port.close();
  });
  port.postMessage(null);
}

/** Every call that has arrived by now, and whether a close came with them. */
function drain(first: Call[] | null): { calls: Call[]; closing: boolean } {
  const calls: Call[] = [];
  for (let message: Call[] | null | undefined = first; message !== undefined; ) {
    if (message === null) return { calls, closing: true };
    calls.push(...message);
    message = receiveMessageOnPort(port)?.message;
  }
  return { calls, closing: false };
}
