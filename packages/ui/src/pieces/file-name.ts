import { css, html, type TemplateResult } from 'lit';

/** The end that stays to be seen begins at a gap between words, so many graphemes before the end at most and at least. */
const longestEnd = 14;
const shortestEnd = 4;
/** Characters of a beginning that take more room than what is kept for it. */
const longStart = 8;
const gap = /[\s._()[\]{},;+-]/;

/**
 * A filename on one line that is shortened in its middle where it does not fit: its end tells apart names that begin alike.
 * The whole name is in the title and is what is read out. It keeps its own direction, whatever the page's is.
 */
export function fileName(name: string): TemplateResult {
  const cut = cutOf(name);
  return html`<bdi class="file-name ${cut >= longStart ? 'long' : ''}" title=${name}
    ><span class="hidden-visually">${name}</span
    ><span class="start" aria-hidden="true">${name.slice(0, cut)}</span
    ><span class="end" aria-hidden="true">${name.slice(cut)}</span></bdi
  >`;
}

/** Where the end begins. Never within a word where there is a gap: letters of some scripts join. */
function cutOf(name: string): number {
  const letters = [...new Intl.Segmenter().segment(name)];
  const last = letters.slice(-longestEnd, -shortestEnd);
  const fitting = last.find(({ segment }, index) => index > 0 && gap.test(segment));
  return fitting?.index ?? letters.at(-shortestEnd * 2)?.index ?? 0;
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
  /* Where not even the end has room, a letter and a mark of what is left out stay: without them it would be another file's name. */
  .file-name.long .end {
    display: flex;
    justify-content: flex-end;
    max-inline-size: calc(100% - 2em);
    overflow: hidden;
  }
`;
