import { type Route, routeOf } from './routes.ts';

/** Where one is. */
export interface Place {
  readonly route: Route;
  readonly query: URLSearchParams;
}

/** What the console's history knows of an entry: how far its page was scrolled. */
interface Entry {
  readonly scrolled?: number;
}

/**
 * The address bar and the history. Links of the page are followed without loading it anew, also those in shadow roots;
 * what a browser is asked to open elsewhere (another tab, a download, another site) is left to it.
 */
export class Navigation {
  /** Called when the place has changed. `moved`: to another page or through the history, so the reader must be told. */
  onchange: (place: Place, moved: boolean) => void = () => {};

  get place(): Place {
    return { route: routeOf(location.pathname), query: new URLSearchParams(location.search) };
  }

  start(): void {
    history.scrollRestoration = 'manual';
    addEventListener('click', (event) => this.#follow(event));
    addEventListener('popstate', (event) => {
      this.onchange(this.place, true);
      scrollAgain((event.state as Entry | null)?.scrolled ?? 0);
    });
  }

  /** To another place, as a link does. */
  go(path: string): void {
    history.replaceState({ scrolled: scrollY } satisfies Entry, '');
    history.pushState({}, '', path);
    scrollTo(0, 0);
    this.onchange(this.place, true);
  }

  /** The same page with another query. `remember` makes an entry of it, to which "back" returns. */
  refine(query: URLSearchParams, remember: boolean): void {
    const text = query.toString();
    if (text === new URLSearchParams(location.search).toString()) return;
    const path = `${location.pathname}${text && `?${text}`}`;
    if (remember) history.pushState({}, '', path);
    else history.replaceState(history.state, '', path);
    this.onchange(this.place, false);
  }

  /** Another address for the entry one is at. */
  replace(path: string): void {
    history.replaceState({}, '', path);
    this.onchange(this.place, true);
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link?.href || link.target || link.hasAttribute('download')) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || to.hash || routeOf(to.pathname).page === 'missing') return;
    event.preventDefault();
    this.go(to.pathname + to.search);
  }
}

/** Back to where the reader was, as soon as the page is long enough again; not once the reader scrolls or looks elsewhere. */
function scrollAgain(to: number): void {
  scrollTo(0, to);
  if (to === 0 || scrollY === to) return;
  const end = new AbortController();
  const growth = new ResizeObserver(() => {
    scrollTo(0, to);
    if (scrollY === to) end.abort();
  });
  growth.observe(document.body);
  end.signal.addEventListener('abort', () => growth.disconnect());
  for (const name of ['wheel', 'touchstart', 'keydown', 'pointerdown', 'popstate'])
    addEventListener(name, () => end.abort(), { once: true, signal: end.signal });
}
