import type { UploadPlaces } from './places/upload-places.ts';
import type { SecretSource } from './secret.ts';

export interface ConnectionOptions {
  /** Where the service is, such as `https://documents.example.com`; a path it stands under belongs to it. */
  readonly url: string | URL;
  /** An API key or a grant, or an async function that gives one; asked again when the service answers 401. */
  readonly token?: SecretSource | undefined;
  /** For a page that is signed in by cookie: what every call that changes something must prove. */
  readonly csrfToken?: SecretSource | undefined;
  /** How often a call that may be repeated is repeated. Default: 4; an upload 8 times in a row without a byte gained, which is a minute, in browsers 32 times, ten minutes. */
  readonly retries?: number | undefined;
  /** Milliseconds without a sign of life, or for the whole of a short answer, after which a call counts as unanswered. Default: 120,000. */
  readonly timeout?: number | undefined;
  /** Where uploads that stop are kept, to go on. Default: IndexedDB in browsers, nowhere in Node; null: nowhere. */
  readonly places?: UploadPlaces | null | undefined;
}
