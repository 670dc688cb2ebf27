import { css } from 'lit';

export const styles = css`
  :host {
    position: relative;
    container-type: inline-size;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    overflow: clip;
    /* Drawn nowhere; look.ts reads which of the two it is. */
    column-rule-color: light-dark(rgb(0 0 0), rgb(255 255 255));
  }
  :host([fill]) {
    display: grid;
    grid-template: minmax(0, 1fr) auto / minmax(0, 1fr);
    block-size: 100%;
    border: 0;
    border-radius: 0;
  }
  .stage {
    --_most: var(--sr-preview-height, min(75vh, 56rem));
    position: relative;
    display: grid;
    min-block-size: min(16rem, var(--_most));
    max-block-size: var(--_most);
  }
  .stage.shown {
    min-block-size: 6rem;
  }
  :host([fill]) .stage {
    block-size: 100%;
    min-block-size: 0;
    max-block-size: none;
  }
  .stage > * {
    grid-area: 1 / 1;
  }
  iframe {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    border: 0;
    color-scheme: inherit;
  }
  /* Unseen, but drawn: browsers decode no picture in a frame that is hidden. */
  .stage:not(.shown) iframe {
    opacity: 0;
  }
  iframe:focus-visible {
    outline-offset: -2px;
  }
  .card {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: calc(var(--_space) * 3);
    min-inline-size: 0;
    padding: calc(var(--_space) * 8) calc(var(--_space) * 5);
    text-align: center;
  }
  .card > .icon {
    inline-size: 3rem;
    block-size: 3rem;
    stroke-width: 1.1;
    color: var(--_quiet);
  }
  .card > div {
    max-inline-size: min(100%, 30rem);
    overflow-wrap: anywhere;
    text-wrap: balance;
  }
  .card .name {
    font-weight: 600;
  }
  .card .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: calc(var(--_space) * 2);
  }
  progress {
    appearance: none;
    inline-size: min(16rem, 100%);
    block-size: 0.375rem;
    border: 0;
    border-radius: 1rem;
    background: var(--_line);
    overflow: hidden;
  }
  progress::-webkit-progress-bar {
    background: var(--_line);
  }
  progress::-webkit-progress-value {
    background: var(--_accent);
  }
  progress::-moz-progress-bar {
    background: var(--_accent);
  }
  .notice {
    align-self: center;
    justify-self: center;
    inline-size: fit-content;
    max-inline-size: min(34rem, calc(100% - var(--_space) * 8));
    margin: calc(var(--_space) * 4) auto;
  }
`;
