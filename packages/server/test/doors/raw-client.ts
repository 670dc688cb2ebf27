import { connect, type Socket } from 'node:net';
import { keepBytes, keepWire } from '../secrecy/watch.ts';

/** A TCP connection to a server under test, with everything that came back so far. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  /** Resolves with what ended the connection: `end`, or the error's code. */
  readonly closed: Promise<string>;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setNoDelay(true);
    let why = 'end';
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      why = error.code ?? error.message;
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve(why)));
  }

  /** Sends, and waits until the kernel has taken it; false when the connection is gone. */
  send(bytes: string | Buffer): Promise<boolean> {
    keepSent(Buffer.from(bytes));
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve(false);
      this.socket.write(bytes, (error) => resolve(!error));
    });
  }

  /** Waits until `text` has been received. Fails after half a minute: what never comes. */
  async heard(text: string, within = 30_000): Promise<string> {
    const until = Date.now() + within;
    while (!this.received.includes(text)) {
      if (Date.now() > until)
        throw new Error(`never heard ${JSON.stringify(text)} in ${JSON.stringify(this.received)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.received;
  }
}

/** A head belongs to no body: its lines may be told by a log in part. */
function keepSent(bytes: Buffer): void {
  const end = /^[A-Z]+ \S+ HTTP/.test(bytes.subarray(0, 2_000).toString('latin1'))
    ? bytes.indexOf('\r\n\r\n')
    : 0;
  if (end === -1) keepWire(bytes.toString());
  else {
    keepWire(bytes.subarray(0, end).toString());
    keepBytes(bytes.subarray(end));
  }
}
