import {
  type FromFrame,
  fromFrame,
  isReady,
  type Look,
  type Opening,
  type ToFrame,
} from '../../frame/protocol.ts';

/** Milliseconds from the end of the frame's loading, or from its beginning, until its first word is not waited for any more. */
const patience = { afterLoad: 5_000, inAll: 60_000 };

/**
 * The element's end of what frame/protocol.ts describes, with one iframe for one document. `hear` gets what the frame says;
 * `lost` is called once when the frame never speaks, or goes to another page: what is there then is not our frame any more.
 */
export class FrameTalk {
  readonly #frame: HTMLIFrameElement;
  readonly #hear: (message: FromFrame) => void;
  readonly #lost: () => void;
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = new AbortController();
  #port: MessagePort | null = null;
  #loads = 0;
  #timer: ReturnType<typeof setTimeout>;

  constructor(frame: HTMLIFrameElement, hear: (message: FromFrame) => void, lost: () => void) {
    this.#frame = frame;
    this.#hear = hear;
    this.#lost = lost;
    const { signal } = this.#ended;
    addEventListener('message', (event) => this.#first(event), { signal });
    frame.addEventListener('load', () => this.#loaded(), { signal });
    this.#timer = setTimeout(() => this.#lose(), patience.inAll);
  }

  /** Hands a document over, once, when the frame is there. The bytes are gone from this page then. */
  async open(opening: Opening): Promise<void> {
    await this.#ready.promise;
    if (this.#ended.signal.aborted) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      const message = fromFrame(data);
      if (message) this.#hear(message);
    };
    this.#port = port1;
    // An opaque origin can't be named; it was this frame that spoke, and it has loaded nothing else since.
    this.#frame.contentWindow?.postMessage(opening, '*', [port2, opening.bytes]);
  }

  look(look: Look): void {
    this.#port?.postMessage({ kind: 'look', look } satisfies ToFrame);
  }

  end(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#port?.close();
    this.#port = null;
  }

  /** Only our frame is believed, and only while it is of an opaque origin. */
  #first({ source, origin, data }: MessageEvent): void {
    if (source !== this.#frame.contentWindow || origin !== 'null' || !isReady(data)) return;
    clearTimeout(this.#timer);
    this.#ready.resolve();
  }

  #loaded(): void {
    this.#loads += 1;
    clearTimeout(this.#timer);
    if (this.#loads > 1) this.#lose();
    else this.#timer = setTimeout(() => this.#lose(), patience.afterLoad);
    this.#ready.promise.then(() => clearTimeout(this.#timer));
  }

  #lose(): void {
    if (this.#ended.signal.aborted) return;
    this.end();
    this.#lost();
  }
}
