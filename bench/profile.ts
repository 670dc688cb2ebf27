import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What V8 writes for `--cpu-prof` (the inspector protocol's Profiler.Profile). Times are microseconds. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** From and to, microseconds of the monotonic clock, which every process and V8's profiler share. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Now, on the clock of the profiles. */
export function profileClock(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Seconds by owner within the window, most first, over all profiles (one per thread) in the folder. */
export function byOwner(folder: string, window: Window): [owner: string, seconds: number][] {
  const seconds = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
    const owners = new Map(profile.nodes.map((node) => [node.id, ownerOf(node.callFrame)]));
    let time = profile.startTime;
    profile.samples.forEach((sample, index) => {
      const took = profile.timeDeltas[index + 1] ?? 0;
      time += profile.timeDeltas[index] ?? 0;
      const owner = owners.get(sample) ?? '(unknown)';
      if (owner === '(idle)' || time < window.from || time > window.to) return;
      seconds.set(owner, (seconds.get(owner) ?? 0) + took / 1_000_000);
    });
  }
  return [...seconds].sort(([, a], [, b]) => b - a);
}

/**
 * Who owns a function: an installed package, a room of ours, a module of Node, or V8 itself. Functions without a
 * file are native ones and go by their name, such as `native writev`.
 */
export function ownerOf({ functionName, url }: { functionName: string; url: string }): string {
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (installed) return installed;
  const room = /\/packages\/server\/src\/(?:([^/]+)\/)?[^/]+$/.exec(url);
  if (room) return `strongroom ${room[1] ?? 'src'}`;
  if (url.startsWith('node:')) return moduleOf(url.slice('node:'.length));
  if (url) return 'other files';
  return functionName.startsWith('(') ? functionName : `native ${functionName}`;
}

/** `_http_server` and `internal/http` are node:http, `internal/streams/x` is node:stream, and so on. */
function moduleOf(path: string): string {
  const name = path.replace(/^internal\//, '').split('/')[0] ?? path;
  if (name.startsWith('_http') || name === 'http') return 'node:http';
  if (name.startsWith('_stream') || name === 'streams' || name === 'stream') return 'node:stream';
  if (name === 'stream_base_commons' || name === 'net') return 'node:net';
  return `node:${name.replace(/^_/, '')}`;
}

/** The table for people: every owner with at least `least` (0–1) of the whole, the rest as one line. */
export function profileTable(owners: readonly [string, number][], requests: number, least = 0.005): string {
  const total = owners.reduce((sum, [, seconds]) => sum + seconds, 0);
  const named = owners.filter(([, seconds]) => seconds >= least * total);
  const rest = total - named.reduce((sum, [, seconds]) => sum + seconds, 0);
  const lines = [...named, ['(all others)', rest] as const].map(
    ([owner, seconds]) =>
      `  ${((seconds / total) * 100).toFixed(1).padStart(5)} %  ${((seconds / requests) * 1000).toFixed(3).padStart(10)} ms/request  ${owner}`,
  );
  return `${lines.join('\n')}\n`;
}
