import { LitElement, type PropertyDeclarations } from 'lit';
import type { Navigation } from '../navigation.ts';
import type { Session } from '../session.ts';

/** What a page works with: who is signed in, and where one is. */
export interface Console {
  readonly session: Session;
  readonly navigation: Navigation;
}

/**
 * A page of the console. It stands in the document itself and not in a shadow root: the console's one style sheet is for
 * it, and its fields and headings are the document's.
 */
export abstract class Page extends LitElement {
  static override properties: PropertyDeclarations = {
    console: { attribute: false },
    query: { attribute: false },
  };
  declare console: Console;
  /** What the address asks of the page. */
  declare query: URLSearchParams;

  constructor() {
    super();
    this.query = new URLSearchParams();
  }

  override createRenderRoot(): this {
    return this;
  }

  protected get client(): Session['client'] {
    return this.console.session.client;
  }

  /** The page's name changes with what it shows; the shell makes the document's title of it. */
  protected entitle(title: string): void {
    this.dispatchEvent(new CustomEvent('console-title', { detail: title, bubbles: true }));
  }
}

/** A part of a page: also in the document itself. */
export abstract class Part extends LitElement {
  override createRenderRoot(): this {
    return this;
  }
}
