import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }
  .uploader {
    display: grid;
    gap: calc(var(--_space) * 3);
  }
  .zone {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: calc(var(--_space) * 4);
    min-block-size: 6.5rem;
    padding: calc(var(--_space) * 5) calc(var(--_space) * 6);
    border: 1.5px dashed var(--_edge);
    border-radius: var(--_radius);
    background: var(--_sunken);
    cursor: pointer;
    transition:
      background-color var(--_quick),
      border-color var(--_quick);
  }
  .zone:hover,
  .zone[data-dragging] {
    border-color: var(--_accent);
  }
  .zone[data-dragging] {
    border-style: solid;
    background: var(--_accent-wash);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }
  .zone.full {
    grid-template-columns: auto minmax(0, 1fr);
    border: 1px solid var(--_line);
    cursor: default;
  }
  .sign {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    border-radius: 50%;
    background: var(--_accent-wash);
    color: var(--_accent);
  }
  .zone:has(details[open]) > * {
    align-self: start;
  }
  .zone[data-dragging] .sign {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .zone.full .sign {
    background: var(--_success-wash);
    color: var(--_success);
  }
  .title {
    font-weight: 600;
  }
  .for-touch {
    display: none;
  }
  .hint {
    min-block-size: 1.5em;
    margin-block-start: 0.125rem;
  }
  .bone {
    display: inline-block;
    inline-size: 14rem;
    max-inline-size: 100%;
    block-size: 0.8em;
    border-radius: 0.4em;
    background: var(--_line);
  }
  summary {
    inline-size: fit-content;
    border-radius: 0.25rem;
    text-decoration: underline;
    text-decoration-color: var(--_edge);
    text-underline-offset: 0.2em;
    cursor: pointer;
  }
  summary:hover {
    color: var(--_text);
  }
  details dl {
    display: grid;
    gap: calc(var(--_space) * 1.5);
    margin-block-start: calc(var(--_space) * 2);
    cursor: auto;
  }
  details dt {
    color: var(--_text);
    font-weight: 550;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: calc(var(--_space) * 2);
  }

  .rows {
    overflow: clip;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .row {
    position: relative;
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto auto;
    align-items: center;
    column-gap: calc(var(--_space) * 3);
    row-gap: calc(var(--_space) * 2);
    padding-block: calc(var(--_space) * 2.5);
    padding-inline: calc(var(--_space) * 4) calc(var(--_space) * 2.5);
  }
  .row + .row {
    border-block-start: 1px solid var(--_line);
  }
  .mark {
    display: grid;
    color: var(--_quiet);
  }
  [data-stage='done'] .mark {
    color: var(--_success);
  }
  [data-stage='failed'] .mark {
    color: var(--_danger);
  }
  .what {
    min-inline-size: 0;
  }
  .name {
    display: flex;
    font-weight: 550;
    line-height: 1.4;
  }
  .status {
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  .status > span {
    display: inline-block;
  }
  .status.error {
    color: var(--_danger);
  }
  [data-stage='done'] .status {
    color: var(--_success);
  }
  .row-actions {
    display: flex;
    grid-column: 4;
  }
  select.type {
    grid-column: 3;
    inline-size: 13rem;
  }
  progress {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    inline-size: 100%;
    block-size: 3px;
    border: 0;
    background: var(--_line);
    appearance: none;
  }
  progress::-webkit-progress-bar {
    background: var(--_line);
  }
  progress::-webkit-progress-value {
    background: var(--_accent);
    transition: inline-size 200ms linear;
  }
  progress::-moz-progress-bar {
    background: var(--_accent);
  }
  :is([data-stage='finishing'], [data-stage='checking']) progress::-webkit-progress-value {
    animation: sr-breathe 1.2s ease-in-out infinite alternate;
  }
  @keyframes sr-breathe {
    to {
      opacity: 0.45;
    }
  }
  [data-stage='paused'] progress::-webkit-progress-value,
  .left progress::-webkit-progress-value {
    background: var(--_quiet);
  }
  [data-stage='retrying'] .mark {
    color: var(--_warning);
  }
  .unfinished {
    overflow: clip;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .unfinished > p {
    padding-inline: calc(var(--_space) * 4);
  }
  .unfinished > .title {
    padding-block-start: calc(var(--_space) * 3);
  }
  .unfinished ul {
    margin-block-start: calc(var(--_space) * 2);
    border-block-start: 1px solid var(--_line);
  }
  .row.left {
    grid-template-columns: minmax(0, 1fr) auto;
  }
  .left .row-actions {
    grid-column: 2;
    gap: var(--_space);
  }
  .send {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: calc(var(--_space) * 3);
  }
  .type-all {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(var(--_space) * 2);
    margin-inline-end: auto;
    color: var(--_quiet);
    font-size: var(--_text-small);
  }

  @container (inline-size < 34rem) {
    .zone {
      grid-template-columns: auto minmax(0, 1fr);
      padding: calc(var(--_space) * 4);
    }
    .hint[data-single] {
      min-block-size: 3em;
    }
    .ways {
      grid-column: 1 / -1;
    }
    .ways .button {
      flex: 1 1 auto;
    }
    .row {
      grid-template-columns: auto minmax(0, 1fr) auto;
      padding-inline-start: calc(var(--_space) * 3);
    }
    .row-actions {
      grid-column: 3;
      grid-row: 1;
    }
    .unfinished > p {
      padding-inline: calc(var(--_space) * 3);
    }
    .row.left {
      grid-template-columns: minmax(0, 1fr);
    }
    .left .row-actions {
      grid-column: 1;
      grid-row: auto;
    }
    .left .again {
      flex: 1 1 auto;
    }
    select.type {
      grid-column: 2 / -1;
      inline-size: calc(100% - var(--_space));
    }
    .send .button,
    .type-all,
    .type-all .field {
      inline-size: 100%;
    }
  }
  @media (hover: none) and (pointer: coarse) {
    .for-mouse {
      display: none;
    }
    .for-touch {
      display: inline;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    :is([data-stage='finishing'], [data-stage='checking']) progress::-webkit-progress-value {
      animation: none;
    }
    progress::-webkit-progress-value {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    progress {
      border: 1px solid CanvasText;
      block-size: 6px;
    }
    progress::-webkit-progress-value {
      forced-color-adjust: none;
      background: Highlight;
    }
    .zone[data-dragging] {
      outline: 3px solid Highlight;
    }
  }
`;
