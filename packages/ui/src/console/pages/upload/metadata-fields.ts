import { html } from 'lit';
import { closeIcon } from '../../../pieces/icons.ts';
import { Part } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';

type Line = readonly [name: string, value: string];

/** `<console-metadata>`: what else is known of a document, as names with values. Tells each change as `console-metadata`. */
class MetadataFields extends Part {
  static override properties = { lines: { state: true } };
  declare private lines: readonly Line[];

  constructor() {
    super();
    this.lines = [['', '']];
  }

  /** As the API takes it; lines without a name are left out, and undefined is none at all. */
  get #value(): Record<string, string> | undefined {
    const named = this.lines
      .map(([name, value]): Line => [name.trim(), value])
      .filter(([name]) => name !== '');
    return named.length === 0 ? undefined : Object.fromEntries(named);
  }

  override render() {
    return html`
      ${this.lines.map(
        ([name, value], at) => html`<div class="pair">
          <input
            aria-label=${say('console.metadata.name', { number: at + 1 })}
            placeholder=${say('console.metadata.name_example')}
            autocomplete="off"
            .value=${name}
            @input=${(event: InputEvent) => this.#set(at, 0, event)}
          />
          <input
            aria-label=${say('console.metadata.value', { number: at + 1 })}
            placeholder=${say('console.metadata.value_example')}
            autocomplete="off"
            .value=${value}
            @input=${(event: InputEvent) => this.#set(at, 1, event)}
          />
          <button type="button" class="quiet icon-only" aria-label=${say('console.metadata.remove', { number: at + 1 })} @click=${() => this.#remove(at)}>
            ${closeIcon}
          </button>
        </div>`,
      )}
      <button type="button" class="quiet" @click=${this.#add}>${say('console.metadata.add')}</button>
    `;
  }

  #set(at: number, part: 0 | 1, event: InputEvent): void {
    const text = (event.target as HTMLInputElement).value;
    this.lines = this.lines.map((line, each): Line => {
      if (each !== at) return line;
      return part === 0 ? [text, line[1]] : [line[0], text];
    });
    this.#tell();
  }

  async #add(): Promise<void> {
    this.lines = [...this.lines, ['', '']];
    await this.updateComplete;
    this.querySelector<HTMLElement>('.pair:last-of-type input')?.focus();
  }

  #remove(at: number): void {
    const rest = this.lines.filter((_, each) => each !== at);
    this.lines = rest.length === 0 ? [['', '']] : rest;
    this.#tell();
    this.querySelector<HTMLElement>('.pair input')?.focus();
  }

  #tell(): void {
    this.dispatchEvent(new CustomEvent('console-metadata', { detail: this.#value, bubbles: true }));
  }
}

customElements.define('console-metadata', MetadataFields);
