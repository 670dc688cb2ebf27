import { html, type TemplateResult } from 'lit';

/** Line icons of 24 × 24, in the colour of the text around them. What they mean always stands beside them in words. */
function icon(lines: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${lines} /></svg>`;
}

export const icons = {
  documents: icon('M7 3h7l4 4v14H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Zm7 0v4h4M9.5 12h5M9.5 16h5'),
  storage: icon(
    'M4.5 6c0-1.4 3.4-2.5 7.5-2.5s7.5 1.1 7.5 2.5-3.4 2.5-7.5 2.5S4.5 7.4 4.5 6Zm0 0v12c0 1.4 3.4 2.5 7.5 2.5s7.5-1.1 7.5-2.5V6m-15 6c0 1.4 3.4 2.5 7.5 2.5s7.5-1.1 7.5-2.5',
  ),
  keys: icon('M14.5 13.5a5 5 0 1 0-4-4L4 16v4h4v-2.5h2.5V15l4-1.5ZM16 8h.01'),
  search: icon('m20 20-4.7-4.7M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0Z'),
  leave: icon('M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10m0 0-3.5-3.5M20 12l-3.5 3.5'),
  copy: icon(
    'M9 9V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-4M5 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Z',
  ),
};

/** The round door of a strongroom. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
  <rect width="32" height="32" rx="7" />
  <path d="M24.2 16a8.2 8.2 0 1 1-16.4 0 8.2 8.2 0 0 1 16.4 0Zm-6 0a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0ZM16 13.8v-6m1.9 9.3 5.2 3m-9-3-5.2 3" />
</svg>`;
