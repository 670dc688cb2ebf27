import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';

/** What lies between a service and its database, for tests to break. */
export interface Relay {
  /** The database's URL, by way of the relay. */
  readonly url: string;
  /** Cuts every connection. */
  cut(): void;
  /** From now on nothing answers: connections are refused. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** From now on what is sent does not arrive. */
  stall(): void;
}

type Ending = { after(last: () => unknown): void };

/** Hands bytes to and from the database at `url`. */
export async function relay(t: Ending, url: string): Promise<Relay> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer((near) => {
    const far = connect(Number(port || 5432), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => stalled || to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const by = await listen(server, url);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const down = async () => {
    cut();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  t.after(down);
  const up = async () => {
    server.listen(Number(new URL(by).port), '127.0.0.1');
    await once(server, 'listening');
  };
  const stall = () => {
    stalled = true;
  };
  return { url: by, cut, down, up, stall };
}

/**
 * A pooler in transaction mode that knows nothing of prepared statements: each transaction of each client goes to the
 * next of two connections that all clients share, and waits while both are at work. Speaks the protocol as far as
 * node-postgres does (PostgreSQL manual, chapter 55).
 */
export async function transactionPooler(t: Ending, url: string): Promise<string> {
  const upstream = await Promise.all([authenticated(url), authenticated(url)]);
  const idle = [...upstream];
  const waiting: ((lent: Socket) => void)[] = [];
  const lend = () => {
    for (let lent = idle[0]; lent && waiting.length > 0; lent = idle[0]) {
      idle.shift();
      waiting.shift()?.(lent);
    }
  };
  const server = createServer((near) => {
    let far: Socket | null = null;
    const answer = (bytes: Buffer) => {
      near.write(bytes);
      if (!isIdle(bytes) || far === null) return;
      idle.push(far.off('data', answer));
      far = null;
      lend();
    };
    near.once('data', () => {
      // AuthenticationOk and ReadyForQuery.
      near.write(Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1'));
      near.on('data', (bytes) => {
        if (bytes[0] === 0x58) return void near.end();
        if (far) return void far.write(bytes);
        near.pause();
        waiting.push((lent) => {
          far = lent.on('data', answer);
          far.write(bytes);
          near.resume();
        });
        lend();
      });
    });
    near.on('error', () => {});
  });
  const by = await listen(server, url);
  t.after(() => {
    for (const socket of upstream) socket.destroy();
    server.close();
  });
  return by;
}

/** ReadyForQuery outside of a transaction ends the bytes. */
function isIdle(bytes: Buffer): boolean {
  return bytes.subarray(-6).toString('latin1') === 'Z\0\0\0\x05I';
}

/** A connection that has logged in, without the client that did so. */
async function authenticated(url: string): Promise<Socket> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners();
  stream.on('error', () => {});
  return stream;
}

async function listen(server: Server, url: string): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const by = new URL(url);
  by.hostname = '127.0.0.1';
  by.port = String((server.address() as AddressInfo).port);
  return by.href;
}
