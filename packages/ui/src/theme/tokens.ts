import { css } from 'lit';

/**
 * What a page may set, on any ancestor of an element, and what holds where it does not. Light and dark follow the page's
 * `color-scheme`. Pairs that carry text have a contrast of at least 4.5, borders of controls 3 (WCAG 2.2, 1.4.3 and 1.4.11).
 * Inside, only the names with `--_` are used: a page's `:root` could not reach past a `--sr-…` that is set on the host.
 */
export const tokens = css`
  :host {
    --_text: var(--sr-color-text, light-dark(#1b1f27, #e7e9ee));
    --_quiet: var(--sr-color-quiet, light-dark(#566070, #a2abb9));
    --_surface: var(--sr-color-surface, light-dark(#ffffff, #16191f));
    --_raised: var(--sr-color-raised, light-dark(#ffffff, #1f232b));
    --_sunken: var(--sr-color-sunken, light-dark(#f4f6f9, #1c2027));
    --_hover: var(--sr-color-hover, light-dark(#eef1f6, #262b34));
    --_line: var(--sr-color-line, light-dark(#e0e4eb, #303640));
    --_edge: var(--sr-color-edge, light-dark(#858e9e, #717b8b));
    --_accent: var(--sr-color-accent, light-dark(#2456d6, #8cb0ff));
    --_accent-strong: var(--sr-color-accent-strong, light-dark(#1a45b5, #adc6ff));
    --_on-accent: var(--sr-color-on-accent, light-dark(#ffffff, #0d1a38));
    --_accent-wash: var(--sr-color-accent-wash, light-dark(#edf2ff, #1c2742));
    --_danger: var(--sr-color-danger, light-dark(#b8232f, #ff9b9b));
    --_danger-strong: var(--sr-color-danger-strong, light-dark(#961a25, #ffb9b9));
    --_on-danger: var(--sr-color-on-danger, light-dark(#ffffff, #3a0a0d));
    --_danger-wash: var(--sr-color-danger-wash, light-dark(#fdeeee, #371d21));
    --_success: var(--sr-color-success, light-dark(#137547, #6fd8a2));
    --_success-wash: var(--sr-color-success-wash, light-dark(#e6f6ed, #16301f));
    --_warning: var(--sr-color-warning, light-dark(#87560a, #f2c46d));
    --_warning-wash: var(--sr-color-warning-wash, light-dark(#fcf3e0, #35290f));
    --_focus: var(--sr-color-focus, var(--_accent));
    --_font: var(--sr-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    --_font-mono: var(--sr-font-mono, ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, monospace);
    --_text-size: var(--sr-text-size, 0.9375rem);
    --_text-small: var(--sr-text-small, 0.8125rem);
    --_space: var(--sr-space, 0.25rem);
    --_radius: var(--sr-radius, 0.625rem);
    --_radius-small: var(--sr-radius-small, 0.4375rem);
    --_shadow: var(--sr-shadow, 0 12px 40px rgb(15 23 42 / 0.22), 0 2px 8px rgb(15 23 42 / 0.12));
    --_quick: var(--sr-quick, 140ms);
    --_target: 2.25rem;
  }
  @media (pointer: coarse) {
    :host {
      --_target: 2.75rem;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    :host {
      --_quick: 0s;
    }
  }
`;
