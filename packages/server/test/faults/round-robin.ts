/**
 * A round-robin proxy in the test's own process, before servers that are to be one service, or before one peer whose
 * requests are to be seen.
 */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { Ending } from '../harness.ts';
import { reset } from './reset.ts';

/** `request`: of one connection each request goes to another server. `connection`: whatever bytes it carries stay together. */
export type By = 'request' | 'connection';

export class RoundRobin {
  readonly url: string;
  /** The servers' URLs, taken in turn. */
  readonly targets: URL[] = [];
  /** Called with each request before it goes on, when they are told apart by request. */
  onRequest: (request: IncomingMessage) => void = () => {};
  readonly #agent = new Agent({ keepAlive: true });
  #turn = 0;

  static async listen(t: Ending, by: By): Promise<RoundRobin> {
    const sockets = new Set<Socket>();
    const carry = (near: Socket) => proxy.#carry(near);
    const hand = (req: IncomingMessage, res: ServerResponse) => proxy.#hand(req, res);
    const server =
      by === 'connection'
        ? createTcpServer({ allowHalfOpen: true }, carry)
        : // Whatever the servers behind it want to end or refuse is theirs to decide.
          createServer(
            { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000, maxHeaderSize: 1024 * 1024 },
            hand,
          );
    server.on('checkContinue', hand);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const proxy = new RoundRobin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    t.after(() => {
      server.close();
      proxy.#agent.destroy();
      for (const socket of sockets) socket.destroy();
    });
    return proxy;
  }

  private constructor(url: string) {
    this.url = url;
  }

  #next(): URL {
    const target = this.targets[this.#turn++ % this.targets.length];
    if (!target) throw new Error('there is no server to hand anything to');
    return target;
  }

  #hand(req: IncomingMessage, res: ServerResponse): void {
    this.onRequest(req);
    const { hostname, port } = this.#next();
    const { method, url: path, rawHeaders: headers } = req;
    const onward = request({ hostname, port, method, path, headers, agent: this.#agent });
    onward.on('continue', () => res.writeContinue());
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
      answer.on('error', () => res.destroy()).pipe(res);
    });
    onward.on('error', () => {
      // Of what was answered early the rest is read to its end, and the answer stands.
      if (res.headersSent) req.resume();
      else res.destroy();
    });
    res.on('close', () => onward.destroy());
    req.on('error', () => onward.destroy()).pipe(onward);
  }

  #carry(near: Socket): void {
    const { hostname, port } = this.#next();
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    near.on('error', () => reset(far)).pipe(far);
    far.on('error', () => reset(near)).pipe(near);
  }
}
