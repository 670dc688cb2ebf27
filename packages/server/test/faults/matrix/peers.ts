import type { Peer } from './cells.ts';
import { ceph } from './ceph.ts';
import { disk } from './disk.ts';
import { postgres } from './postgres.ts';
import { sqlite } from './sqlite.ts';

/** In the page's order. */
export const peers: readonly Peer[] = [ceph, postgres, disk, sqlite];
