import { createRequire } from 'node:module';
import type { Pool as UndiciPool } from 'undici';

/**
 * undici's pool by the path of its file: the package's index brings fetch, WebSocket, caches and mocks along, which take
 * 30 ms of a start and 13 MiB.
 */
export const Pool: typeof UndiciPool = createRequire(import.meta.url)('undici/lib/dispatcher/pool.js');
export type Pool = UndiciPool;
