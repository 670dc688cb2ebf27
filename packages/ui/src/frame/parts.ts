import type { Stage } from './stage.ts';

/** A fresh element with properties, and what it holds. Text is only ever text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Omit<HTMLElementTagNameMap[K], 'style'>> = {},
  ...held: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...held);
  return made;
}

/** The part that scrolls, by keyboard too. */
export function scroller(label: string, ...held: Node[]): HTMLElement {
  return make('main', { className: 'scroller', tabIndex: 0, ariaLabel: label }, ...held);
}

export function note(text: string): HTMLElement {
  return make('p', { className: 'note', role: 'status' }, text);
}

/** What buttons show, on a grid of 24 as in src/pieces/icons.ts. */
const signs = {
  up: 'm6 14 6-6 6 6',
  down: 'm6 10 6 6 6-6',
  minus: 'M6 12h12',
  plus: 'M6 12h12M12 6v12',
  fit: 'M4 5v14M20 5v14M7.5 12h9m0 0-2.5-2.5m2.5 2.5L14 14.5M7.5 12 10 9.5M7.5 12l2.5 2.5',
  actual: 'M5 9V5h4M19 9V5h-4M5 15v4h4M19 15v4h-4M10 10h4v4h-4z',
} as const;

export function button(label: string, sign: keyof typeof signs, press: () => void): HTMLButtonElement {
  const made = make(
    'button',
    { type: 'button', ariaLabel: label, title: label },
    sign in signs ? picture(signs[sign as keyof typeof signs]) : sign,
  );
  made.addEventListener('click', press);
  return made;
}

function picture(path: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const [svg, line] = [document.createElementNS(space, 'svg'), document.createElementNS(space, 'path')];
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/** Smaller, larger, to fit, as it is. `press` gets the factor to change by, or what to show it at. */
export interface Zoom {
  by(factor: number): void;
  fit(): void;
  actual(): void;
}

export function zoomButtons(stage: Stage, zoom: Zoom): HTMLElement {
  return make(
    'div',
    { className: 'group', role: 'group', ariaLabel: stage.word('preview.zoom') },
    button(stage.word('preview.zoom-out'), 'minus', () => zoom.by(1 / zoomStep)),
    button(stage.word('preview.zoom-in'), 'plus', () => zoom.by(zoomStep)),
    button(stage.word('preview.fit'), 'fit', zoom.fit),
    button(stage.word('preview.actual-size'), 'actual', zoom.actual),
  );
}

const zoomStep = 1.25;

/** `+`, `-`, `0` and `1` do what the buttons do, wherever nothing is being typed. */
export function zoomKeys(zoom: Zoom): void {
  const keys: Record<string, () => void> = {
    '+': () => zoom.by(zoomStep),
    '=': () => zoom.by(zoomStep),
    '-': () => zoom.by(1 / zoomStep),
    '0': zoom.fit,
    '1': zoom.actual,
  };
  document.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    act();
  });
}
