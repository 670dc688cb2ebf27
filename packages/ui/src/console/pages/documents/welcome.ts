import { html } from 'lit';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import '../upload/upload-form.ts';

/** `<console-welcome>`: what an empty service shows: drop a file, say what it belongs to, done. */
class Welcome extends Page {
  override render() {
    return html`<section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">${say('console.welcome')}</h2>
      <p>${say('console.welcome.text')}</p>
      <console-upload-form .console=${this.console} .query=${this.query} brief></console-upload-form>
    </section>`;
  }
}

customElements.define('console-welcome', Welcome);
