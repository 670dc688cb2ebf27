import { html } from 'lit';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';

/** `<console-missing>`: a path at which nothing is. */
class Missing extends Page {
  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.missing'));
  }

  override render() {
    return html`<div class="sheet">
      <h1 tabindex="-1">${say('console.missing')}</h1>
      <p>${say('console.missing.text')}</p>
      <a class="button primary" href="/">${say('console.missing.home')}</a>
    </div>`;
  }
}

customElements.define('console-missing', Missing);
