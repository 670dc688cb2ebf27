import { css } from 'lit';

/** `<div class="notice">` with an icon and words: `danger`, `warning` or `success`. */
export const notices = css`
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: calc(var(--_space) * 4) calc(var(--_space) * 2.5);
    padding: calc(var(--_space) * 3) calc(var(--_space) * 3.5);
    border-radius: var(--_radius-small);
    background: var(--_sunken);
    color: var(--_text);
    overflow-wrap: anywhere;
  }
  .notice > svg {
    margin-block-start: 0.15em;
    color: var(--_quiet);
  }
  /* Beside the icon; a button goes below where it would leave the words too little room. */
  .notice > div,
  .notice > span,
  .notice > p {
    flex: 1 1 0;
    min-inline-size: min(14rem, calc(100% - 2rem));
  }
  .notice > .button {
    margin-block: calc(var(--_space) * -1.5);
    margin-inline-start: auto;
  }
  .notice.danger {
    background: var(--_danger-wash);
  }
  .notice.danger > svg {
    color: var(--_danger);
  }
  .notice.warning {
    background: var(--_warning-wash);
  }
  .notice.warning > svg {
    color: var(--_warning);
  }
  .notice.success {
    background: var(--_success-wash);
  }
  .notice.success > svg {
    color: var(--_success);
  }
  @media (forced-colors: active) {
    .notice {
      border: 1px solid CanvasText;
    }
  }
`;
