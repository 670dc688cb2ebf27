/**
 * Preloaded (`node --import`) into a server under test, whose standard input is a pipe from the test. When the test's
 * process is gone, however it went, the pipe ends and so does the server.
 */
import { isMainThread } from 'node:worker_threads';

// The server's worker threads preload this too, and have an input of another kind.
if (isMainThread) {
  process.stdin
    .on('end', () => process.kill(process.pid, 'SIGKILL'))
    .on('error', () => undefined)
    .resume();
  (process.stdin as typeof process.stdin & { unref(): void }).unref();
}
