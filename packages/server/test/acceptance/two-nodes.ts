import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type By, RoundRobin } from '../faults/round-robin.ts';
import { type Ending, startServer, type TestServer, type TestServerOptions, testFolder } from '../harness.ts';

/**
 * Two servers on one store and the same records that look like one: a proxy hands them what comes in turn. What one
 * does counts for both, and what both log is one log that grows.
 * @param settings as `Backend.prepare` answers them; the second has a folder of its own, with the same config file
 */
export async function startTwoNodes(
  t: Ending,
  settings: Readonly<Record<string, string>>,
  options: TestServerOptions,
  by: By,
): Promise<TestServer> {
  const proxy = await RoundRobin.listen(t, by);
  const key = settings.STRONGROOM_API_KEY ?? randomBytes(24).toString('base64url');
  const shared = { PUBLIC_URL: proxy.url, ...settings, STRONGROOM_API_KEY: key };
  const DATA_DIR = await testFolder(t);
  const config = 'strongroom.config.json';
  await copyFile(join(settings.DATA_DIR ?? '', config), join(DATA_DIR, config)).catch(unlessMissing);
  const nodes = await Promise.all([
    startServer(t, shared, options),
    startServer(t, { ...shared, DATA_DIR }, options),
  ]);
  proxy.targets.push(...nodes.map(({ url }) => new URL(url)));
  const firstFault = (codes: readonly (number | null)[]) => codes.find((code) => code !== 0) ?? 0;
  const [{ pid }] = nodes;
  const logs = { all: '', read: new Map<TestServer, number>() };
  return {
    url: proxy.url,
    key,
    pid,
    logs: () => {
      for (const node of nodes) {
        const written = node.logs();
        logs.all += written.slice(logs.read.get(node) ?? 0);
        logs.read.set(node, written.length);
      }
      return logs.all;
    },
    ended: Promise.all(nodes.map(({ ended }) => ended)).then(firstFault),
    signal: (name) => nodes.forEach((node) => void node.signal(name)),
    stop: async () => firstFault(await Promise.all(nodes.map((node) => node.stop()))),
    kill: async () => void (await Promise.all(nodes.map((node) => node.kill()))),
  };
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
