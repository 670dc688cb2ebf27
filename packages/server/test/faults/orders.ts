/**
 * Orders from a test to the faults inside a service under test. The test writes them to a file that the environment
 * names; faulty-house.ts, preloaded into the service, reads it before every call that could fail. So an order holds from
 * the moment it is given.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Names the file. */
export const ordersVariable = 'FAULT_ORDERS';

/** What happens to a call of the file system. */
export interface CallFault {
  /** It fails with this code, as in errno(3). */
  readonly error?: string;
  /** Milliseconds that it is late. */
  readonly delay?: number;
  /** It reads or writes no more than so many bytes at once. */
  readonly atMost?: number;
  /** The first byte that it reads or writes has a bit flipped. */
  readonly flip?: boolean;
}

export type FileCall = 'read' | 'writev' | 'writeFile' | 'open' | 'mkdir' | 'link' | 'unlink' | 'fsync';

export interface Orders {
  /** A new number is a new order. */
  readonly number: number;
  readonly files?: { readonly [Call in FileCall]?: CallFault };
  /** How many calls are hit; all when left out. */
  readonly times?: number;
  /** SQLite fails with this result code (sqlite.org/rescode.html) when it is asked, or when it is to write. */
  readonly sqlite?: { readonly on: 'read' | 'write'; readonly code: number; readonly message: string };
  /** Milliseconds that the service's clock is ahead. */
  readonly clock?: number;
}

let number = 0;

export function giveOrders(file: string, orders: Omit<Orders, 'number'>): void {
  number += 1;
  // Whoever reads it meanwhile must find the one before, or this one.
  writeFileSync(`${file}.new`, JSON.stringify({ ...orders, number } satisfies Orders));
  renameSync(`${file}.new`, file);
}

export function readOrders(file: string): Orders {
  return JSON.parse(readFileSync(file, 'utf8')) as Orders;
}
