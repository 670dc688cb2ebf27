import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf } from '../faults/seeded.ts';
import type { TcpProxy, Way } from '../faults/tcp-proxy.ts';
import type { Site } from './site.ts';

/** What is done to a site at a moment of a round. */
interface Stroke {
  /** Milliseconds from the round's beginning. */
  readonly at: number;
  readonly strike: (site: Site, signal: AbortSignal) => Promise<void>;
}

type Random = () => number;

/**
 * Kills, cuts and faults of one round, from `random` alone. Each of them is over before the round is, or with it, as
 * everything is killed then.
 * @param length milliseconds
 */
export function strokesOf(random: Random, length: number, site: Site): Stroke[] {
  const some = (most: number, stroke: (random: Random) => Stroke['strike']) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, () => ({
      at: random() * length,
      strike: stroke(random),
    }));
  return [
    ...some(2, killAndRestart),
    ...some(3, cutClient),
    ...(site.peers.length > 0 ? some(2, disturbPeer) : []),
  ];
}

/** Strikes as planned until `signal` fires. Rejects when a server can't be started again. */
export async function strike(site: Site, strokes: readonly Stroke[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    strokes.map(async ({ at, strike }) => {
      const due = await sleep(at, true, { signal }).catch(() => false);
      if (due) await strike(site, signal);
    }),
  );
}

function killAndRestart(random: Random): Stroke['strike'] {
  const which = random();
  return async ({ hosts }, signal) => {
    const host = hosts[Math.floor(which * hosts.length)];
    if (!host?.lives) return;
    await host.kill();
    if (!signal.aborted) await host.start();
  };
}

/** Somebody's connection breaks in the middle of what is sent or answered; or everybody's. */
function cutClient(random: Random): Stroke['strike'] {
  const which = random();
  const all = random() < 0.2;
  const way = oneOf<Way>(random, ['up', 'down']);
  const after = Math.floor(random() ** 3 * 1_000_000);
  const how = oneOf(random, ['reset', 'end'] as const);
  return async ({ hosts, account }) => {
    const front = hosts[Math.floor(which * hosts.length)]?.front;
    if (!front) return;
    if (!all) return front.cut(way, after, { how, once: true });
    account.count('client connections cut', front.connections);
    front.reset();
  };
}

/** What befalls the connections between one server and its store or its database. */
const disturbances: readonly ((peer: TcpProxy, random: number) => Promise<void> | void)[] = [
  (peer) => peer.reset(),
  (peer) => peer.refuse(),
  (peer) => peer.hold(),
  (peer) => peer.hold('down'),
  (peer) => peer.halfOpen(),
  (peer) => peer.delay(20),
  (peer, random) => peer.cut('up', Math.floor(random ** 3 * 300_000)),
  (peer, random) => peer.cut('down', Math.floor(random ** 3 * 20_000)),
];

function disturbPeer(random: Random): Stroke['strike'] {
  const which = random();
  const disturb = oneOf(random, disturbances);
  const how = random();
  const lasting = 50 + random() * 800;
  return async ({ peers, account }, signal) => {
    const peer = peers[Math.floor(which * peers.length)];
    if (!peer) return;
    account.count('faults between server and peer');
    await disturb(peer, how);
    await sleep(lasting, null, { signal }).catch(() => {});
    await peer.pass();
  };
}
