/**
 * What an element and its frame say to each other. The frame draws bytes that a stranger handed in, so the element takes
 * whatever comes out of it for hostile: numbers within bounds and words of a closed list, or nothing at all.
 *
 * The frame says `ready` to the window that holds it. The element answers once, to that window, with `open`, the bytes and a
 * port; from then on both talk through the port, which no other page can have, and which dies when the frame goes elsewhere.
 */
export const version = 1;

/** What the frame says to itself and its reader. `{…}` stand for what it fills in. */
export const frameWords = [
  'preview.image',
  'preview.text',
  'preview.table',
  'preview.pdf',
  'preview.row',
  'preview.page',
  'preview.pages',
  'preview.page-of',
  'preview.page-failed',
  'preview.previous',
  'preview.next',
  'preview.zoom',
  'preview.zoom-in',
  'preview.zoom-out',
  'preview.fit',
  'preview.actual-size',
  'preview.cut-text',
  'preview.cut-rows',
  'preview.cut-columns',
  'preview.cut-pages',
  'preview.password-wanted',
  'preview.password-wrong',
  'preview.password',
  'preview.password-open',
] as const;

export type FrameWords = Readonly<Record<(typeof frameWords)[number], string>>;

/** Custom properties of theme/tokens.ts that the frame goes by. */
export const lookProperties = [
  '--_text',
  '--_quiet',
  '--_surface',
  '--_sunken',
  '--_hover',
  '--_line',
  '--_edge',
  '--_accent',
  '--_accent-strong',
  '--_on-accent',
  '--_focus',
  '--_font',
  '--_font-mono',
  '--_text-size',
  '--_radius-small',
] as const;

/** How the page around the frame looks, which of two schemes is on, and what is read in it. */
export interface Look {
  readonly scheme: 'light' | 'dark';
  readonly properties: Readonly<Record<(typeof lookProperties)[number], string>>;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
}

/** `bytes` are transferred. They may be the first of `size` only: text and tables are shown by their beginning. */
export interface Opening {
  readonly kind: 'open';
  readonly version: typeof version;
  readonly bytes: ArrayBuffer;
  readonly size: number;
  readonly contentType: string;
  readonly filename: string;
  readonly look: Look;
  readonly words: FrameWords;
}

export type ToFrame = Opening | { readonly kind: 'look'; readonly look: Look };

/** Why nothing is shown: the file is damaged, would take too much memory to draw, or is of no kind that is shown. */
export type Failure = (typeof failures)[number];
const failures = ['broken', 'too-many-pixels', 'unsupported'] as const;

export type FromFrame =
  | { readonly kind: 'shown' }
  | { readonly kind: 'failed'; readonly reason: Failure }
  /** CSS pixels that the whole of it would take, before it scrolls. */
  | { readonly kind: 'height'; readonly height: number }
  /** Escape was pressed: an iframe keeps its keys for itself. */
  | { readonly kind: 'escape' };

/** Whether a message is the frame's first. */
export function isReady(data: unknown): boolean {
  return (
    has(data, 'strongroom') &&
    data.strongroom === 'preview' &&
    has(data, 'version') &&
    data.version === version
  );
}

/** What came out of a frame, copied field by field; null when it is nothing that a frame may say. */
export function fromFrame(data: unknown): FromFrame | null {
  if (!has(data, 'kind')) return null;
  if (data.kind === 'shown' || data.kind === 'escape') return { kind: data.kind };
  if (data.kind === 'failed' && has(data, 'reason')) return failed(data.reason);
  if (data.kind === 'height' && has(data, 'height')) return height(data.height);
  return null;
}

function failed(reason: unknown): FromFrame | null {
  const known = failures.find((failure) => failure === reason);
  return known ? { kind: 'failed', reason: known } : null;
}

function height(value: unknown): FromFrame | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return null;
  return { kind: 'height', height: Math.min(Math.ceil(value), 100_000) };
}

function has<K extends string>(data: unknown, name: K): data is Record<K, unknown> {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, name);
}
