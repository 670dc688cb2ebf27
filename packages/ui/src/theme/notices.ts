import { css } from 'lit';

/** `<div class="notice">` with an icon and words: `danger`, `warning` or `success`. */
export const notices = css`
  .notice {
    display: flex;
    align-items: flex-start;
    gap: calc(var(--_space) * 2.5);
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
  .notice > div {
    flex: 1;
    min-inline-size: 0;
  }
  .notice > .button {
    margin-block: calc(var(--_space) * -1.5);
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
