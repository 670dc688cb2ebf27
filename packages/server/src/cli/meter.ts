import { bytes, cells, cut, padded, painted } from './output.ts';

/** Milliseconds between two drawings. */
const every = 100;
const barWidth = 20;

/** How far a file is, on one line of a terminal that is drawn again and again. Elsewhere it says nothing. */
export class Meter {
  readonly #name: string;
  readonly #stream = process.stderr;
  readonly #begun = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;
  /** Bytes that were there before: they say nothing of the speed. */
  #first: number | null = null;

  constructor(name: string) {
    this.#name = cut(name, 30);
  }

  /** @param total bytes; null where nobody knows */
  show({ sent, total }: { readonly sent: number; readonly total: number | null }): void {
    const now = performance.now();
    this.#first ??= sent;
    if (!this.#stream.isTTY || now - this.#drawn < every) return;
    this.#drawn = now;
    const seconds = (now - this.#begun) / 1000;
    const speed = seconds > 0.5 ? (sent - this.#first) / seconds : 0;
    const left = total !== null && speed > 0 ? (total - sent) / speed : null;
    const parts = [
      padded(this.#name, Math.min(30, cells(this.#name))),
      ...(total ? [bar(sent / total), `${Math.floor((100 * sent) / total)} %`.padStart(5)] : [bytes(sent)]),
      ...(speed > 0 ? [`${bytes(speed)}/s`] : []),
      ...(left === null ? [] : [`${duration(left)} left`]),
    ];
    this.#line(fitting(parts, (this.#stream.columns ?? 80) - 1));
  }

  /** Takes the line away. */
  end(): void {
    if (this.#stream.isTTY && this.#drawn > 0) this.#line('');
  }

  #line(text: string): void {
    this.#stream.write(`\r${text}\x1b[K`);
  }
}

function bar(part: number): string {
  const full = Math.round(barWidth * Math.min(1, part));
  return painted('cyan', '━'.repeat(full)) + painted('dim', '─'.repeat(barWidth - full));
}

/** As many of the parts as the terminal is wide, so that no line breaks and leaves its first half behind. */
function fitting(parts: readonly string[], columns: number): string {
  let [line, width] = ['', 0];
  for (const part of parts) {
    const own = part.includes('─') || part.includes('━') ? barWidth : cells(part);
    if (width + own + 2 > columns) break;
    line += `${part}  `;
    width += own + 2;
  }
  return line;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
