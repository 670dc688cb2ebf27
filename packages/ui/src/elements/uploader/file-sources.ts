import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { droppedFiles } from './dropped.ts';

/** What becomes of files. */
export interface FileTaker {
  /** Whether files are taken at the moment. */
  accepts(): boolean;
  /** Whether folders are opened. */
  walks(): boolean;
  add(files: readonly File[]): void;
  /** Folders that gave no file. */
  folders(names: readonly string[]): void;
  /** A name for an image from the clipboard, which has none; `time` in ISO 8601. */
  pastedName(time: string): string;
}

/** Elements on the page, to know whom a paste is for that was made nowhere in particular. */
const connected = new Set<FileSources>();

/** Files by drop on the host and by paste. A drop that misses does not replace the page with the file. */
export class FileSources implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #taker: FileTaker;
  #over: EventTarget | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement, taker: FileTaker) {
    this.#host = host;
    this.#taker = taker;
    host.addController(this);
    host.addEventListener('dragenter', this.#entered);
    host.addEventListener('dragover', this.#hovered);
    host.addEventListener('dragleave', this.#left);
    host.addEventListener('drop', this.#dropped);
  }

  /** Whether files are held over the host. */
  get dragging(): boolean {
    return this.#over !== null;
  }

  hostConnected(): void {
    connected.add(this);
    document.addEventListener('paste', this.#pasted);
    addEventListener('dragover', missed);
    addEventListener('drop', missed);
  }

  hostDisconnected(): void {
    connected.delete(this);
    this.#over = null;
    document.removeEventListener('paste', this.#pasted);
    if (connected.size > 0) return;
    removeEventListener('dragover', missed);
    removeEventListener('drop', missed);
  }

  readonly #entered = (event: DragEvent): void => {
    if (!hasFiles(event.dataTransfer) || !this.#taker.accepts()) return;
    event.preventDefault();
    this.#hold(event.composedPath()[0] ?? this.#host);
  };

  readonly #hovered = (event: DragEvent): void => {
    if (!hasFiles(event.dataTransfer) || !this.#taker.accepts()) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };

  /** Going from one part of the host to another enters the new one before it leaves the old. */
  readonly #left = (event: DragEvent): void => {
    if (event.composedPath()[0] === this.#over) this.#hold(null);
  };

  readonly #dropped = (event: DragEvent): void => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    this.#hold(null);
    if (this.#taker.accepts()) void this.#take(event.dataTransfer);
  };

  readonly #pasted = (event: ClipboardEvent): void => {
    const data = event.clipboardData;
    if (event.defaultPrevented || !hasFiles(data) || !this.#taker.accepts() || !this.#isMeant(event)) return;
    event.preventDefault();
    const now = new Date().toISOString();
    const files = [...data.files].map((file) => named(file, () => this.#taker.pastedName(now)));
    this.#taker.add(files);
  };

  /** A paste within the host is for it; one made nowhere is for the only host there is. */
  #isMeant(event: ClipboardEvent): boolean {
    if (event.composedPath().includes(this.#host)) return true;
    const nowhere = document.activeElement === null || document.activeElement === document.body;
    return nowhere && connected.size === 1;
  }

  async #take(data: DataTransfer): Promise<void> {
    const { files, folders } = await droppedFiles(data, this.#taker.walks());
    if (files.length > 0) this.#taker.add(files);
    if (folders.length > 0) this.#taker.folders(folders);
  }

  #hold(target: EventTarget | null): void {
    this.#over = target;
    this.#host.requestUpdate();
  }
}

function hasFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes('Files') ?? false;
}

/** Without this the browser would leave the page for the file. What others take by themselves is left to them. */
function missed(event: DragEvent): void {
  const target = event.composedPath()[0];
  const taken = event.defaultPrevented || (target instanceof HTMLInputElement && target.type === 'file');
  if (taken || !hasFiles(event.dataTransfer)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'none';
}

/** Browsers call every image of a clipboard image.png. */
function named(file: File, name: () => string): File {
  if (file.name !== 'image.png') return file;
  return new File([file], `${name()}.png`, { type: file.type, lastModified: file.lastModified });
}
