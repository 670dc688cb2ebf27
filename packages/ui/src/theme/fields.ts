import { css } from 'lit';

/** `<select class="field">`, `<input class="field">`, `<input type="checkbox" class="check">`. */
export const fields = css`
  .field {
    min-block-size: var(--_target);
    max-inline-size: 100%;
    padding: calc(var(--_space) * 1) calc(var(--_space) * 2.5);
    border: 1px solid var(--_edge);
    border-radius: var(--_radius-small);
    background: var(--_raised);
    color: var(--_text);
    font: inherit;
  }
  .field:hover {
    border-color: var(--_quiet);
  }
  .field:focus-visible {
    outline-offset: 0;
    border-color: var(--_focus);
  }
  .field::placeholder {
    color: var(--_quiet);
    opacity: 1;
  }
  .field[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  .check {
    inline-size: 1.125rem;
    block-size: 1.125rem;
    margin: 0;
    accent-color: var(--_accent);
  }
  @media (pointer: coarse) {
    .field {
      font-size: max(1rem, var(--_text-size));
    }
  }
`;
