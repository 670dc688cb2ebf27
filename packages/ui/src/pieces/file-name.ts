import { css, html, type TemplateResult } from 'lit';

/** So many graphemes of the end stay to be seen: the extension, and what tells apart names that begin alike. */
const tail = 10;

/**
 * A filename on one line that is shortened in its middle where it does not fit. The whole name is in the title and is what
 * is read out. It keeps its own direction, whatever the page's is.
 */
export function fileName(name: string): TemplateResult {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  const cut = Math.max(0, letters.length - tail);
  return html`<bdi class="file-name" title=${name}
    ><span class="hidden-visually">${name}</span
    ><span class="start" aria-hidden="true">${letters.slice(0, cut).join('')}</span
    ><span class="end" aria-hidden="true">${letters.slice(cut).join('')}</span></bdi
  >`;
}

export const fileNameStyles = css`
  .file-name {
    position: relative;
    display: inline-flex;
    max-inline-size: 100%;
    min-inline-size: 0;
    vertical-align: bottom;
    white-space: pre;
  }
  .file-name .start {
    flex: 0 1 auto;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .file-name .end {
    flex: none;
  }
`;
