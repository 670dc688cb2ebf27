/**
 * Preloaded (`node --import`) into a service under test: its file system, its SQLite and its clock do what orders.ts
 * says. The service's own code runs unchanged; what is replaced are the functions of Node that it calls.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { type CallFault, type FileCall, type Orders, ordersVariable, readOrders } from './orders.ts';

const file = process.env[ordersVariable] ?? '';
let last: Orders = { number: 0 };
let left = Number.POSITIVE_INFINITY;

/** The orders of this moment. */
function orders(): Orders {
  const now = readOrders(file);
  if (now.number !== last.number) {
    last = now;
    left = now.times ?? Number.POSITIVE_INFINITY;
  }
  return last;
}

/** The fault that hits this call, if one does; it counts. */
function faultOf(call: FileCall): CallFault {
  const fault = orders().files?.[call];
  if (fault === undefined || left <= 0) return {};
  left -= 1;
  return fault;
}

function systemError(call: FileCall, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ordered, ${call}`), { code, syscall: call });
}

type Function = (...parameters: unknown[]) => unknown;
type Callback = (error: Error | null, ...results: unknown[]) => void;

/** Keeps what node:util's promisify wants to know of a function. */
function like<F extends Function>(original: F, replacement: Function): F {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original)) as F;
}

/** A function that takes a callback last; `act` may change its parameters and what it read. */
function withCallback(
  name: 'read' | 'writev' | 'open' | 'fsync',
  act?: (fault: CallFault, parameters: unknown[]) => (() => void) | undefined,
): void {
  const original = fs[name] as unknown as Function;
  const replacement = (...parameters: unknown[]) => {
    const fault = faultOf(name);
    const callback = parameters.at(-1) as Callback;
    if (fault.error !== undefined) return setImmediate(callback, systemError(name, fault.error));
    const after = act?.(fault, parameters);
    if (after)
      parameters[parameters.length - 1] = (...answer: Parameters<Callback>) => {
        after();
        callback(...answer);
      };
    if (fault.delay === undefined) return original(...parameters);
    return setTimeout(() => original(...parameters), fault.delay);
  };
  Object.assign(fs, { [name]: like(original, replacement) });
}

function withPromise(name: 'writeFile' | 'open' | 'mkdir' | 'link' | 'unlink'): void {
  const original = promises[name] as unknown as Function;
  const replacement = async (...parameters: unknown[]) => {
    const { error, delay } = faultOf(name);
    if (error !== undefined) throw systemError(name, error);
    if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay));
    return original(...parameters);
  };
  Object.assign(promises, { [name]: like(original, replacement) });
}

withCallback('read', ({ atMost, flip }, parameters) => {
  // fd, buffer, offset, length, position, callback
  const [, buffer, offset, length] = parameters as [number, Buffer, number, number];
  if (atMost !== undefined) parameters[3] = Math.min(length, atMost);
  return flip ? () => void buffer.writeUInt8(buffer.readUInt8(offset) ^ 1, offset) : undefined;
});
withCallback('writev', ({ atMost, flip }, parameters) => {
  const [, chunks] = parameters as [number, Buffer[]];
  const [first = Buffer.alloc(0), ...rest] = chunks;
  if (atMost !== undefined) parameters[1] = [first.subarray(0, atMost)];
  if (flip) {
    const other = Buffer.from(first);
    other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1);
    parameters[1] = [other, ...rest];
  }
  return undefined;
});
withCallback('fsync');
withCallback('open');
for (const name of ['writeFile', 'open', 'mkdir', 'link', 'unlink'] as const) withPromise(name);

/** The handle of an open file has its own fsync. */
const probe = await promises.open(file, 'r');
const FileHandle = Object.getPrototypeOf(probe) as { sync(): Promise<void> };
await probe.close();
const sync = FileHandle.sync;
FileHandle.sync = async function (this: typeof FileHandle) {
  const { error } = faultOf('fsync');
  if (error !== undefined) throw systemError('fsync', error);
  return sync.call(this);
};
syncBuiltinESMExports();

/** SQLite's result, as node:sqlite raises it. */
function failIfOrdered(on: 'read' | 'write'): void {
  const fault = orders().sqlite;
  if (fault?.on !== on || left <= 0) return;
  left -= 1;
  throw Object.assign(new Error(fault.message), { code: 'ERR_SQLITE_ERROR', errcode: fault.code });
}

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  if (sql.startsWith('BEGIN')) failIfOrdered('write');
  return exec.call(this, sql);
};
const { all } = StatementSync.prototype;
StatementSync.prototype.all = function (this: StatementSync, ...parameters: Parameters<typeof all>) {
  failIfOrdered('read');
  return all.call(this, ...parameters);
} as typeof all;

let ahead = orders().clock ?? 0;
setInterval(() => {
  ahead = orders().clock ?? 0;
}, 10).unref();
const TrueDate = Date;
globalThis.Date = class extends TrueDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(TrueDate.now() + ahead);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return TrueDate.now() + ahead;
  }
} as DateConstructor;
