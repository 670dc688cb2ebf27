import { randomUUID } from 'node:crypto';

/** The last id's time in epoch milliseconds, and how many ids that millisecond has given. */
let lastTime = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562 §5.7), greater than every other one that this process has made: within a millisecond, or when
 * the clock steps back, a 12-bit counter goes on from the last id and carries over into the time (§6.2, method 1).
 * Node's own `randomUUIDv7` is random within a millisecond, so its ids are not in the order they were made.
 */
export function uuidv7(now?: Date): string {
  const time = now?.getTime() ?? Date.now();
  if (time > lastTime) {
    lastTime = time;
    counter = 0;
  } else if (++counter > 0xfff) {
    lastTime++;
    counter = 0;
  }
  const head = lastTime.toString(16).padStart(12, '0');
  // A random UUID's tail is what is wanted here: the variant and 62 random bits, from Node's cache of entropy.
  const tail = randomUUID().slice(19);
  return `${head.slice(0, 8)}-${head.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail}`;
}

/** Whether `text` has the shape of a UUID; ids from outside are asked before a database sees them. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
