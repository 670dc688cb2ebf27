import {
  AnnotationMode,
  type PDFDocumentProxy,
  type PDFPageProxy,
  type RenderTask,
  TextLayer,
} from 'pdfjs-dist';
import { make, note } from '../parts.ts';
import type { Stage } from '../stage.ts';

/** Of one canvas; above it a page is drawn coarser. Browsers refuse larger sides. */
const mostPixels = 2 ** 23;
const longestSide = 8192;

/** One page: an empty sheet of its size, or drawn, with its text over it for selection and for screen readers. */
export class Page {
  readonly sheet: HTMLElement;
  readonly #document: PDFDocumentProxy;
  /** From 1. */
  readonly number: number;
  readonly #stage: Stage;
  #proxy: PDFPageProxy | null = null;
  #task: RenderTask | null = null;
  #text: TextLayer | null = null;
  #turn = 0;
  #points = { width: 612, height: 792 };
  /** Of its canvas; 0 while there is none. */
  pixels = 0;

  constructor(document: PDFDocumentProxy, number: number, count: number, stage: Stage) {
    this.#document = document;
    this.number = number;
    this.#stage = stage;
    const ariaLabel = stage.word('preview.page-of', {
      page: stage.number(number),
      count: stage.number(count),
    });
    this.sheet = make('section', { className: 'page', ariaLabel });
  }

  get drawn(): boolean {
    return this.pixels > 0;
  }

  /** Of the canvas that it would take at `scale`. */
  expectedPixels(scale: number): number {
    const { width, height } = this.#points;
    return width * height * (scale * sharpness(width * scale, height * scale)) ** 2;
  }

  /** Points, as the PDF gives them. Whatever it gives: no page is longer than it is readable, none is nothing. */
  size(width: number, height: number): void {
    this.#points = { width: bounded(width), height: bounded(height) };
    this.sheet.style.setProperty('--page-width', `${this.#points.width}px`);
    this.sheet.style.setProperty('--page-height', `${this.#points.height}px`);
  }

  /** Its width and height at scale 1. */
  async measure(): Promise<{ width: number; height: number }> {
    this.#proxy ??= await this.#document.getPage(this.number);
    const { width, height } = this.#proxy.getViewport({ scale: 1 });
    this.size(width, height);
    return this.#points;
  }

  /** Draws it at `scale` CSS pixels a point. Says so on the sheet when it can't; what `clear` overtook is dropped. */
  async draw(scale: number): Promise<void> {
    const turn = ++this.#turn;
    this.pixels = 1;
    try {
      await this.measure();
      if (this.#proxy && turn === this.#turn) await this.#paint(this.#proxy, scale);
    } catch {
      if (turn === this.#turn) this.sheet.replaceChildren(note(this.#stage.word('preview.page-failed')));
    }
  }

  async #paint(proxy: PDFPageProxy, scale: number): Promise<void> {
    const viewport = proxy.getViewport({ scale });
    const ratio = sharpness(viewport.width, viewport.height);
    const canvas = make('canvas', {
      width: Math.max(1, Math.floor(viewport.width * ratio)),
      height: Math.max(1, Math.floor(viewport.height * ratio)),
      ariaHidden: 'true',
    });
    this.pixels = canvas.width * canvas.height;
    const layer = make('div', { className: 'textLayer' });
    this.#text = new TextLayer({ textContentSource: proxy.streamTextContent(), container: layer, viewport });
    this.#task = proxy.render({
      canvas,
      viewport,
      transform: [ratio, 0, 0, ratio, 0, 0],
      annotationMode: AnnotationMode.ENABLE,
    });
    await Promise.all([this.#task.promise, this.#text.render()]);
    this.sheet.replaceChildren(canvas, layer);
  }

  /** Gives its memory back. The sheet keeps its size, so nothing moves. */
  clear(): void {
    this.#turn += 1;
    this.#task?.cancel();
    this.#text?.cancel();
    const canvas = this.sheet.querySelector('canvas');
    if (canvas) canvas.width = canvas.height = 0;
    this.sheet.replaceChildren();
    this.#proxy?.cleanup();
    this.#task = this.#text = this.#proxy = null;
    this.pixels = 0;
  }
}

/** ISO 32000-1, annex C: pages are of 3 to 14,400 points. */
function bounded(points: number): number {
  return Math.min(14_400, Math.max(3, points || 0));
}

/** Canvas pixels for each CSS pixel. */
function sharpness(width: number, height: number): number {
  return Math.min(
    devicePixelRatio,
    Math.sqrt(mostPixels / (width * height)),
    longestSide / Math.max(width, height),
  );
}
