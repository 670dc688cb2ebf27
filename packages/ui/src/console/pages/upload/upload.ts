import { html } from 'lit';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import './upload-form.ts';

/** `<console-upload>`: the submission form. `?recordId=` and `?type=` fill it in. */
class Upload extends Page {
  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.upload.title'));
  }

  override render() {
    return html`
      <div class="head"><h1 tabindex="-1">${say('console.upload.title')}</h1></div>
      <p class="lead">${say('console.upload.text')}</p>
      <console-upload-form .console=${this.console} .query=${this.query}></console-upload-form>
    `;
  }
}

customElements.define('console-upload', Upload);
