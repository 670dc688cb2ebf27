import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

/** Milliseconds. */
const patience = 60_000;

/**
 * Waits until a server does its work. One that listens may still wait for its records or its store: a start does not
 * hold its door shut for long, and on a busy machine SQLite and the disk can take longer than that.
 * @param url of the server
 */
export async function untilReady(url: string): Promise<void> {
  for (const end = performance.now() + patience; ; await sleep(20)) {
    const status = await request(`${url}/readyz`).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status === 200) return;
    if (performance.now() > end) throw new Error(`${url} was never ready: ${status}`);
  }
}
