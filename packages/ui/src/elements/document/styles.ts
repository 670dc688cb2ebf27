import { css } from 'lit';

export const styles = css`
  :host {
    container-type: inline-size;
  }
  .columns {
    display: grid;
    gap: calc(var(--_space) * 6);
  }
  .columns > * {
    min-inline-size: 0;
  }
  @container (min-width: 52rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr) 25rem;
      align-items: start;
    }
    strongroom-preview {
      position: sticky;
      inset-block-start: calc(var(--_space) * 4);
    }
  }
  .beside {
    display: grid;
    gap: calc(var(--_space) * 5);
  }
  .beside > * {
    min-inline-size: 0;
  }
  .title {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-block-size: var(--_target);
  }
  h2 {
    font-size: 1rem;
    font-weight: 650;
  }
  dl > div {
    display: grid;
    grid-template-columns: 7rem minmax(0, 1fr);
    gap: calc(var(--_space) * 3);
    padding-block: calc(var(--_space) * 1.5);
    border-block-start: 1px solid var(--_line);
  }
  dt {
    color: var(--_quiet);
    overflow-wrap: anywhere;
  }
  dd {
    display: flex;
    align-items: start;
    gap: calc(var(--_space) * 1);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  dd > :first-child {
    min-inline-size: 0;
  }
  dd > bdi {
    text-align: match-parent;
  }
  dd > code {
    flex: 1;
  }
  dd > .button {
    flex: none;
    margin-block: calc((1.5em - var(--_target)) / 2);
  }
  code {
    font-family: var(--_font-mono);
    font-size: var(--_text-small);
  }
  .badge {
    padding: 0 calc(var(--_space) * 2);
    border-radius: 1rem;
    background: var(--_accent-wash);
    color: var(--_text);
    font-size: var(--_text-small);
    white-space: nowrap;
  }
  .badge.available {
    background: var(--_success-wash);
    color: var(--_success);
  }
  .badge.deleted,
  .badge.purging,
  .badge.purged,
  .badge.abandoned,
  .badge.quarantined {
    background: var(--_danger-wash);
    color: var(--_danger);
  }
  .edit {
    display: grid;
    gap: calc(var(--_space) * 2);
    padding-block: calc(var(--_space) * 2) calc(var(--_space) * 4);
    border-block-start: 1px solid var(--_line);
  }
  .edit label {
    color: var(--_quiet);
  }
  .edit textarea {
    font-family: var(--_font-mono);
    font-size: var(--_text-small);
    resize: vertical;
  }
  .wrong {
    color: var(--_danger);
  }
  .wrong:empty {
    display: none;
  }
  .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: calc(var(--_space) * 2);
  }
  .history ol {
    margin-block: calc(var(--_space) * 2);
  }
  .history li {
    position: relative;
    padding-block-end: calc(var(--_space) * 3);
    padding-inline-start: calc(var(--_space) * 5);
  }
  .history li::before {
    content: '';
    position: absolute;
    inset-block: 0.55em auto;
    inset-inline-start: 0;
    inline-size: 0.5rem;
    block-size: 0.5rem;
    border-radius: 50%;
    background: var(--_accent);
  }
  .history li:not(:last-child)::after {
    content: '';
    position: absolute;
    inset-block: 1.3em -0.4em;
    inset-inline-start: calc(0.25rem - 0.5px);
    inline-size: 1px;
    background: var(--_line);
  }
`;
