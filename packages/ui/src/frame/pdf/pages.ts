import type { PDFDocumentProxy } from 'pdfjs-dist';
import type { Zoom } from '../parts.ts';
import type { Stage } from '../stage.ts';
import { Page } from './page.ts';

/** Of all canvases, which cost a browser some twelve bytes each: the farthest page gives its own back first. */
const mostPixels = 2 ** 24;

/** CSS pixels for a point: a PDF's "100 %". */
const actualSize = 96 / 72;
const [least, most] = [actualSize / 10, actualSize * 6];

/** All pages under one another. Those in sight and next to it are drawn, one at a time; the others are empty sheets. */
export class Pages implements Zoom {
  readonly count: number;
  onPage: (page: number) => void = () => {};
  current = 1;
  readonly #pages: readonly Page[];
  readonly #bySheet: ReadonlyMap<Element, Page>;
  readonly #scroll: HTMLElement;
  readonly #near = new Set<Page>();
  #firstSize = { width: 612, height: 792 };
  /** Null: as wide as there is room. */
  #factor: number | null = null;
  #drawing = false;

  constructor(document: PDFDocumentProxy, count: number, scroll: HTMLElement, stage: Stage) {
    this.count = count;
    this.#scroll = scroll;
    this.#pages = Array.from({ length: count }, (_, at) => new Page(document, at + 1, count, stage));
    this.#bySheet = new Map(this.#pages.map((page) => [page.sheet, page]));
  }

  /** Lays the sheets out, by the first page's size until they are better known, and draws what is in sight. */
  async begin(): Promise<void> {
    const [first] = this.#pages;
    if (first) this.#firstSize = await first.measure();
    for (const page of this.#pages) page.size(this.#firstSize.width, this.#firstSize.height);
    this.#scroll.classList.add('pages');
    this.#scroll.append(...this.#pages.map((page) => page.sheet));
    this.#rescale();
    this.#watch();
  }

  /** CSS pixels from the top of the first page to its end. */
  firstHeight(): number {
    return this.#firstSize.height * this.#scale + 32;
  }

  go(page: number): void {
    const to = Math.min(this.count, Math.max(1, Math.trunc(page) || this.current));
    this.#pages[to - 1]?.sheet.scrollIntoView({ block: 'start' });
    this.onPage(to);
  }

  readonly by = (factor: number) => this.#zoom(Math.min(most, Math.max(least, this.#scale * factor)));
  readonly fit = () => this.#zoom(null);
  readonly actual = () => this.#zoom(actualSize);

  get #scale(): number {
    const room = this.#scroll.clientWidth - 32;
    return this.#factor ?? Math.min(Math.max(least, room / this.#firstSize.width), actualSize * 1.25);
  }

  #zoom(factor: number | null): void {
    this.#factor = factor;
    this.#rescale();
  }

  /** Keeps the place one was at. */
  #rescale(): void {
    const at = this.#scroll.scrollTop / Math.max(1, this.#scroll.scrollHeight);
    this.#scroll.style.setProperty('--total-scale-factor', String(this.#scale));
    this.#scroll.scrollTop = at * this.#scroll.scrollHeight;
    for (const page of this.#pages) if (page.drawn) page.clear();
    void this.#draw();
  }

  #watch(): void {
    const seen = new IntersectionObserver(
      (changes) => {
        for (const { target, isIntersecting } of changes) this.#mark(target, isIntersecting);
        void this.#draw();
      },
      { root: this.#scroll, rootMargin: '50% 0px' },
    );
    for (const page of this.#pages) seen.observe(page.sheet);
    this.#scroll.addEventListener('scroll', () => this.#follow(), { passive: true });
    this.#followWidth();
  }

  #mark(sheet: Element, near: boolean): void {
    const page = this.#bySheet.get(sheet);
    if (page && near) this.#near.add(page);
    else if (page) this.#near.delete(page);
  }

  #followWidth(): void {
    let width = this.#scroll.clientWidth;
    new ResizeObserver(() => {
      if (this.#scroll.clientWidth === width) return;
      width = this.#scroll.clientWidth;
      if (this.#factor === null) this.#rescale();
    }).observe(this.#scroll);
  }

  /** The page at the upper third of what is seen is the current one. */
  #follow(): void {
    const line = this.#scroll.scrollTop + this.#scroll.clientHeight / 3;
    const after = this.#pages.findIndex(({ sheet }) => sheet.offsetTop > line);
    const page = Math.max(1, after === -1 ? this.count : after);
    if (page === this.current) return;
    this.current = page;
    this.onPage(page);
    void this.#draw();
  }

  /** One after the other, the nearest first, as far as the memory goes. */
  async #draw(): Promise<void> {
    if (this.#drawing) return;
    this.#drawing = true;
    for (let next = this.#next(); next; next = this.#next()) {
      await next.draw(this.#scale);
      this.#giveBack();
    }
    this.#drawing = false;
  }

  /** The nearest that isn't drawn, if it fits in with those that are nearer. */
  #next(): Page | undefined {
    let pixels = 0;
    for (const page of this.#byDistance(this.#near)) {
      pixels += page.drawn ? page.pixels : page.expectedPixels(this.#scale);
      if (!page.drawn) return pixels <= mostPixels ? page : undefined;
    }
    return undefined;
  }

  /** Takes the memory of the farthest pages until the rest is within bounds. */
  #giveBack(): void {
    const drawn = this.#byDistance(this.#pages.filter((page) => page.drawn));
    let pixels = drawn.reduce((sum, page) => sum + page.pixels, 0);
    for (const page of drawn.reverse()) {
      if (pixels <= mostPixels) return;
      pixels -= page.pixels;
      page.clear();
    }
  }

  #byDistance(pages: Iterable<Page>): Page[] {
    const distance = (page: Page) => Math.abs(page.number - this.current);
    return [...pages].sort((one, other) => distance(one) - distance(other));
  }
}
