/**
 * A TCP proxy in the test's own process, between the service and a store or a database, with faults of the network to
 * order. One fault at a time; it holds for the connections that are open and for those to come, until the next order.
 *
 * What it can't do is to leave a connect(2) unanswered: a connection that is held is accepted and then silent.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ending, raceFreePort } from '../harness.ts';
import { reset } from './reset.ts';

/** `up`: from the service to its store or database. `down`: what comes back. */
export type Way = 'up' | 'down';

interface Fault extends CutOptions {
  readonly ways: readonly Way[];
  /** Nothing passes. Resolves when the next order comes. */
  readonly hold?: Promise<void>;
  /** Milliseconds that every piece is late. */
  readonly delay?: number;
  /** Bytes a second, on each connection. */
  readonly rate?: number;
  /** Bytes that pass on each connection before it is cut, counted from the order or from its beginning. */
  readonly cutAfter?: number;
  /** Which byte of each connection arrives with a bit flipped, counted likewise. */
  readonly flipAt?: number;
  /** Only on connections whose latest HTTP request begins so. */
  readonly to?: RegExp | undefined;
  /** What is said instead of what the target would say. */
  readonly answer?: string;
}

export interface CutOptions {
  readonly how?: 'reset' | 'end';
  readonly once?: boolean;
  /** Only connections whose latest HTTP request begins so, such as `/^PUT /`. */
  readonly to?: RegExp | undefined;
}

/** One connection: the service's side, the peer's side, and how much has passed since the last order. */
interface Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly passed: Record<Way, number>;
  /** The beginning of the latest HTTP request. */
  asked: string;
}

const none: Fault = { ways: [] };

export class TcpProxy {
  /** The target's URL by way of the proxy. */
  readonly url: string;
  /** Bytes that have passed, over all connections. */
  readonly passed: Record<Way, number> = { up: 0, down: 0 };
  /** Connections that a `cut` has ended. */
  cuts = 0;
  /** Bits that were flipped, and answers given in the target's place. */
  flips = 0;
  answers = 0;
  readonly #target: { host: string; port: number };
  readonly #port: number;
  readonly #links = new Set<Link>();
  readonly #dead = new Set<Socket>();
  #server: Server | null = null;
  #fault: Fault = none;
  #nextOrder = Promise.withResolvers<void>();

  private constructor(target: URL, port: number) {
    const own = new URL(target);
    own.hostname = '127.0.0.1';
    own.port = String(port);
    this.url = own.href.replace(/(:\d+)\/$/, '$1');
    this.#target = { host: target.hostname, port: Number(target.port) };
    this.#port = port;
  }

  /** Listens before `url` (whose port must be named) and lets everything pass; or refuses, until told otherwise. */
  static async before(t: Ending, url: string, { refusing = false } = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url), await raceFreePort());
    if (!refusing) await proxy.pass();
    t.after(() => proxy.refuse());
    return proxy;
  }

  /** Connections that are open towards the service. */
  get connections(): number {
    return this.#links.size;
  }

  /** No fault. What was held arrives now. */
  async pass(): Promise<void> {
    await this.#order(none);
  }

  /** Nobody listens: connections are refused, those that are open are reset. */
  async refuse(): Promise<void> {
    this.#settle(none);
    this.reset();
    const server = this.#server;
    this.#server = null;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** A black hole: what is sent, and that a side has closed, does not arrive. With `down` alone only answers are lost. */
  async hold(...ways: Way[]): Promise<void> {
    await this.#order({ ways: ways.length > 0 ? ways : ['up', 'down'] }, true);
  }

  /** Every piece is late by so many milliseconds. */
  async delay(ms: number): Promise<void> {
    await this.#order({ ways: ['up', 'down'], delay: ms });
  }

  /** Each connection carries so many bytes a second each way. */
  async throttle(rate: number): Promise<void> {
    await this.#order({ ways: ['up', 'down'], rate });
  }

  /**
   * Each connection ends once `after` more bytes have passed: by a reset both ways, or as if the peer had closed it.
   * With `once` all is well again after the first that ends so.
   */
  async cut(way: Way, after: number, { how = 'reset', once = false, to }: CutOptions = {}): Promise<void> {
    await this.#order({ ways: [way], cutAfter: after, how, once, to });
  }

  /** On each connection one bit of the byte `at` bytes from now arrives flipped, or on the first that gets so far. */
  async flip(way: Way, at: number, { once = false } = {}): Promise<void> {
    await this.#order({ ways: [way], flipAt: at, once });
  }

  /** Whoever sends something is told `answer` by the proxy itself, and the connection ends. With `once` only the first. */
  async answer(answer: string, { once = false, to }: Omit<CutOptions, 'how'> = {}): Promise<void> {
    await this.#order({ ways: ['up'], answer, once, to });
  }

  /** The peer forgets the connections that are open, and the service never hears of it before the next order. New ones pass. */
  async halfOpen(): Promise<void> {
    await this.pass();
    for (const { near, far } of this.#links) {
      this.#dead.add(near);
      reset(far.removeAllListeners('close'));
      near.removeAllListeners('data').removeAllListeners('end').resume();
    }
  }

  /** Connections that are open now are reset. */
  reset(): void {
    for (const link of this.#links) drop(link);
  }

  async #order(fault: Fault, held = false): Promise<void> {
    this.#settle(fault, held);
    if (this.#server) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#link(near));
    this.#server = server;
    await once(server.listen(this.#port, '127.0.0.1'), 'listening');
  }

  #settle(fault: Fault, held = false): void {
    for (const near of this.#dead) reset(near);
    this.#dead.clear();
    const over = this.#nextOrder;
    this.#nextOrder = Promise.withResolvers();
    this.#fault = held ? { ...fault, hold: this.#nextOrder.promise } : fault;
    for (const { passed } of this.#links) Object.assign(passed, { up: 0, down: 0 });
    over.resolve();
  }

  #link(near: Socket): void {
    const far = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const link: Link = { near, far, passed: { up: 0, down: 0 }, asked: '' };
    this.#links.add(link);
    near.once('close', () => this.#links.delete(link));
    this.#carry(link, near, far, 'up');
    this.#carry(link, far, near, 'down');
  }

  #carry(link: Link, from: Socket, to: Socket, way: Way): void {
    let before: Promise<void> = Promise.resolve();
    const inTurn = (act: () => void | Promise<void>) => {
      before = before.then(act);
    };
    from.on('data', (bytes: Buffer) => {
      from.pause();
      inTurn(() => this.#hand(link, to, way, bytes));
      inTurn(() => void from.resume());
    });
    from.on('end', () => inTurn(() => this.#whenOpen(way)));
    from.on('end', () => inTurn(() => void to.end()));
    from.on('error', () => {});
    from.on('close', (broken) =>
      inTurn(async () => {
        await this.#whenOpen(way);
        if (broken) reset(to);
        else to.destroySoon();
      }),
    );
  }

  /** Resolves when nothing holds that way. */
  async #whenOpen(way: Way): Promise<void> {
    while (this.#fault.hold && this.#fault.ways.includes(way)) await this.#fault.hold;
  }

  /** Hands `bytes` on, in the pieces and at the time that the fault of the moment wants. */
  async #hand(link: Link, to: Socket, way: Way, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      await this.#whenOpen(way);
      if (way === 'up' && at === 0) note(link, bytes);
      const fault = this.#faultOn(link, way);
      const { delay = 0, rate = Infinity, cutAfter = Infinity, flipAt = -1 } = fault;
      if (fault.answer !== undefined) return this.#answerTo(link, fault, fault.answer);
      // More may have passed by now: the order came while a piece was on its way.
      const left = Math.max(0, cutAfter - link.passed[way]);
      const piece = bytes.subarray(at, at + Math.min(Math.ceil(rate / 20), left));
      if (delay > 0) await sleep(delay);
      const flipped = flipAt - link.passed[way];
      if (flipped >= 0 && flipped < piece.length) {
        piece.writeUInt8(piece.readUInt8(flipped) ^ 1, flipped);
        this.flips++;
        if (fault.once) this.#settle(none);
      }
      if (!(await written(to, piece))) return;
      at += piece.length;
      link.passed[way] += piece.length;
      this.passed[way] += piece.length;
      if (link.passed[way] >= cutAfter) return this.#cut(link, fault);
      if (rate < Infinity) await sleep((1000 * piece.length) / rate);
    }
  }

  #faultOn({ asked }: Link, way: Way): Fault {
    const { ways, to } = this.#fault;
    return ways.includes(way) && (to === undefined || to.test(asked)) ? this.#fault : none;
  }

  #answerTo({ near, far }: Link, { once }: Fault, answer: string): void {
    this.answers++;
    if (once) this.#settle(none);
    reset(far.removeAllListeners('close'));
    // What is still sent is read, or the kernel would answer it with a reset.
    near.removeAllListeners('data').removeAllListeners('end').resume().end(answer);
  }

  #cut(link: Link, { how, once }: Fault): void {
    this.cuts++;
    if (once) this.#settle(none);
    if (how === 'end') end(link);
    else drop(link);
  }
}

/** A request begins a piece of its own: the one before it has been answered. */
function note(link: Link, bytes: Buffer): void {
  const line = bytes.subarray(0, 40).toString('latin1');
  if (/^[A-Z]+ \//.test(line)) link.asked = line;
}

/** Nothing follows what was cut off: bytes that came after a gap would pass for those in it. */
function end(link: Link): void {
  for (const socket of [link.near, link.far])
    socket.removeAllListeners('data').removeAllListeners('end').resume();
  link.near.end(() => drop(link));
}

function drop({ near, far }: Link): void {
  for (const socket of [near, far]) reset(socket);
}

/** Resolves when the system has taken the bytes, to false when the connection is gone. */
async function written(to: Socket, bytes: Buffer): Promise<boolean> {
  if (!to.writable) return false;
  return new Promise((resolve) => to.write(bytes, (error) => resolve(!error)));
}
