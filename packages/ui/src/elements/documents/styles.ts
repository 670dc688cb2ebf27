import { css } from 'lit';

export const styles = css`
  :host {
    position: relative;
    container-type: inline-size;
  }
  .table {
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    overflow: clip;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 9rem 6.5rem 7.5rem 9rem 9.5rem;
    align-items: center;
    column-gap: calc(var(--_space) * 4);
    min-block-size: 3.5rem;
    padding-inline: calc(var(--_space) * 4) calc(var(--_space) * 2);
  }
  [data-selectable] .row {
    grid-template-columns: var(--_target) minmax(0, 1fr) 9rem 6.5rem 7.5rem 9rem 9.5rem;
    padding-inline-start: calc(var(--_space) * 1);
  }
  .facts {
    display: contents;
  }
  .rows > .row {
    border-block-start: 1px solid var(--_line);
    transition: background-color var(--_quick);
  }
  .rows > .row:hover {
    background: var(--_sunken);
  }
  .rows > .row[data-selected] {
    background: var(--_accent-wash);
  }
  .rows > .row[data-fresh] {
    animation: sr-arrive 2.4s ease-out;
  }
  @keyframes sr-arrive {
    from {
      background: var(--_accent-wash);
    }
  }
  .table {
    position: relative;
  }
  .table[aria-busy='true']::after {
    content: '';
    position: absolute;
    inset-block-start: 0;
    inset-inline: 0;
    block-size: 2px;
    background: var(--_accent);
    animation: sr-pulse 0.6s ease-in-out infinite alternate;
  }
  .rows > .row[aria-busy='true'] {
    background: var(--_sunken);
    cursor: progress;
  }
  .cell {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .head {
    min-block-size: 2.5rem;
    background: var(--_sunken);
    color: var(--_quiet);
    font-size: var(--_text-small);
  }
  .sort {
    display: inline-flex;
    align-items: center;
    gap: var(--_space);
    min-block-size: 1.75rem;
    padding: 0;
    border: 0;
    border-radius: 0.25rem;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  .sort:hover,
  .sort[data-current] {
    color: var(--_text);
  }
  .sort svg {
    inline-size: 1em;
    block-size: 1em;
    opacity: 0;
    transition: opacity var(--_quick);
  }
  .sort:hover svg,
  .sort:focus-visible svg {
    opacity: 0.5;
  }
  .sort[data-current] svg {
    opacity: 1;
  }
  .sort[data-direction='ascending'] svg {
    transform: scaleY(-1);
  }
  .choice label {
    display: grid;
    place-items: center;
    inline-size: var(--_target);
    block-size: var(--_target);
    cursor: pointer;
  }
  .open {
    display: flex;
    inline-size: fit-content;
    max-inline-size: 100%;
    min-block-size: 1.75rem;
    align-items: center;
    padding: 0;
    border: 0;
    border-radius: 0.25rem;
    background: none;
    color: var(--_text);
    font: inherit;
    font-weight: 550;
    text-align: start;
    text-decoration: none;
  }
  button.open {
    cursor: pointer;
  }
  a.open:hover,
  button.open:hover {
    color: var(--_accent);
    text-decoration: underline;
  }
  .record {
    display: flex;
    inline-size: fit-content;
    max-inline-size: 100%;
    min-block-size: 1.5rem;
    color: var(--_quiet);
    font-size: var(--_text-small);
    text-decoration: none;
  }
  .record bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  a.record:hover {
    text-decoration: underline;
  }
  .facts .cell {
    color: var(--_quiet);
    font-variant-numeric: tabular-nums;
  }
  .head .facts .cell {
    color: inherit;
  }
  .row > .actions {
    display: flex;
    justify-content: flex-end;
  }
  .badge {
    display: inline-flex;
    align-items: center;
    gap: calc(var(--_space) * 1.5);
    color: var(--_quiet);
    font-size: var(--_text-small);
    line-height: 1.3;
  }
  .badge::before {
    content: '';
    flex: none;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--_edge);
  }
  .badge[data-state='available']::before {
    background: var(--_success);
  }
  .badge[data-state='archived']::before {
    border: 2px solid var(--_edge);
    background: none;
  }
  .badge[data-state='receiving']::before,
  .badge[data-state='inspecting']::before {
    background: var(--_accent);
    animation: sr-pulse 1s ease-in-out infinite alternate;
  }
  .badge[data-state='quarantined']::before {
    background: var(--_warning);
  }
  .badge[data-state='deleted']::before {
    background: var(--_danger);
  }
  @keyframes sr-pulse {
    to {
      opacity: 0.35;
    }
  }
  .bone {
    display: block;
    inline-size: 70%;
    block-size: 0.7em;
    border-radius: 0.35em;
    background: var(--_line);
    animation: sr-pulse 1s ease-in-out infinite alternate;
  }
  .skeleton .cell {
    display: grid;
    align-items: center;
    min-block-size: 1.5em;
  }
  .skeleton .name {
    min-block-size: 1.75rem;
  }
  .skeleton .facts .cell {
    min-inline-size: 4rem;
  }
  .choice .bone {
    inline-size: 1.125rem;
    block-size: 1.125rem;
    margin: auto;
  }
  .foot {
    display: flex;
    justify-content: center;
    margin-block-start: calc(var(--_space) * 3);
  }
  .notice {
    margin-block-start: calc(var(--_space) * 3);
  }
  .empty {
    display: grid;
    justify-items: center;
    align-content: center;
    min-block-size: 13.1rem;
    padding: calc(var(--_space) * 6);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    text-align: center;
  }
  .empty .sign {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    margin-block-end: calc(var(--_space) * 3);
    border-radius: 50%;
    background: var(--_sunken);
    color: var(--_quiet);
  }
  .empty .title {
    font-weight: 600;
  }

  @container (inline-size < 66rem) {
    .row,
    [data-selectable] .row {
      grid-template-columns: minmax(0, 1fr) auto auto;
      grid-template-areas: 'name state actions' 'facts state actions';
      min-block-size: 4.25rem;
      padding-block: calc(var(--_space) * 2);
    }
    [data-selectable] .row {
      grid-template-columns: var(--_target) minmax(0, 1fr) auto auto;
      grid-template-areas: 'choice name state actions' 'choice facts state actions';
    }
    .choice {
      grid-area: choice;
    }
    .name {
      grid-area: name;
    }
    .facts {
      display: flex;
      flex-wrap: wrap;
      grid-area: facts;
      font-size: var(--_text-small);
    }
    .facts .cell:not(:last-child)::after {
      content: '·' / '';
      margin-inline: 0.4em;
    }
    .state {
      grid-area: state;
    }
    .row > .actions {
      grid-area: actions;
    }
    .row.head,
    [data-selectable] .row.head {
      grid-template-columns: auto auto minmax(0, 1fr);
      grid-template-areas: 'name facts .';
      min-block-size: 2.5rem;
      padding-block: 0;
    }
    [data-selectable] .row.head {
      grid-template-columns: var(--_target) auto auto minmax(0, 1fr);
      grid-template-areas: 'choice name facts .';
    }
    .head .facts {
      gap: calc(var(--_space) * 4);
    }
    .head .facts .cell::after,
    .skeleton .facts .cell::after {
      content: none !important;
    }
    .head > .state,
    .head > .actions,
    .head .type,
    .head .size:not([aria-sort]) {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
  @container (inline-size < 36rem) {
    .rows > .row {
      grid-template-columns: minmax(0, 1fr) auto;
      grid-template-areas: 'name name' 'facts facts' 'state actions';
      row-gap: calc(var(--_space) * 0.5);
      padding-block: calc(var(--_space) * 3) calc(var(--_space) * 1.5);
    }
    [data-selectable] .rows > .row {
      grid-template-columns: var(--_target) minmax(0, 1fr) auto;
      grid-template-areas: 'choice name name' 'choice facts facts' '. state actions';
    }
    .choice {
      align-self: start;
    }
    .row > .actions {
      min-block-size: var(--_target);
    }
  }
  @container (inline-size < 24rem) {
    [data-selectable] .rows > .row {
      grid-template-areas: 'choice name name' 'choice facts facts' '. state state' '. actions actions';
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .badge::before,
    .bone,
    .table::after,
    .rows > .row[data-fresh] {
      animation: none !important;
    }
  }
  @media (forced-colors: active) {
    .badge::before {
      border: 1px solid CanvasText;
    }
    .rows > .row[data-selected] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
