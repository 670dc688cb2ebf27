import { css } from 'lit';

/** `<button class="button">`, with `primary`, `danger`, `ghost` (no edge) or `icon` (square, named by aria-label). */
export const buttons = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: calc(var(--_space) * 2);
    min-block-size: var(--_target);
    min-inline-size: var(--_target);
    padding: calc(var(--_space) * 1) calc(var(--_space) * 3.5);
    border: 1px solid var(--_edge);
    border-radius: var(--_radius-small);
    background: var(--_raised);
    color: var(--_text);
    font: inherit;
    font-weight: 550;
    line-height: 1.3;
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition:
      background-color var(--_quick),
      border-color var(--_quick),
      color var(--_quick);
  }
  .button:hover {
    background: var(--_hover);
    color: var(--_text);
  }
  .button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .button.primary:hover {
    background: var(--_accent-strong);
  }
  .button.danger {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_on-danger);
  }
  .button.danger:hover {
    background: var(--_danger-strong);
  }
  .button.ghost {
    border-color: transparent;
    background: transparent;
  }
  .button.ghost:hover {
    background: var(--_hover);
  }
  .button.icon {
    padding: 0;
    inline-size: var(--_target);
    block-size: var(--_target);
    border-color: transparent;
    background: transparent;
    color: var(--_quiet);
  }
  .button.icon:hover {
    background: var(--_hover);
    color: var(--_text);
  }
  .button:disabled,
  .button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: default;
  }
  @media (forced-colors: active) {
    .button,
    .button.icon {
      border-color: ButtonBorder;
    }
    .button.primary,
    .button.danger {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .button:focus-visible {
      outline-color: Highlight;
    }
  }
`;
