import { html, LitElement } from 'lit';

/** `<strongroom-uploader>`: the place where a user hands documents in. */
export class StrongroomUploader extends LitElement {
  override render() {
    return html`<slot></slot>`;
  }
}

customElements.define('strongroom-uploader', StrongroomUploader);
