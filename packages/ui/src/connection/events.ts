import type { Document, Filter, StrongroomError } from '@strongroom/client';

/** What could not be done. */
export interface Failure {
  /** `upload`, `list`, `download`, `delete` … */
  readonly action: string;
  readonly error: StrongroomError | Error;
  /** For `upload`: the file. */
  readonly file?: File;
  readonly documentId?: string;
}

/** Every event of the elements. All bubble and leave shadow trees, so one listener on the page hears them. */
export interface StrongroomEvents {
  /** A document has been stored. */
  'strongroom-uploaded': CustomEvent<{ readonly document: Document }>;
  /** Something could not be done; the element has told the user so. */
  'strongroom-failed': CustomEvent<Failure>;
  /** A document was deleted: as it stands in the trash, or null when it is gone for good. */
  'strongroom-removed': CustomEvent<{ readonly document: Document | null; readonly id: string }>;
  'strongroom-archived': CustomEvent<{ readonly document: Document }>;
  'strongroom-unarchived': CustomEvent<{ readonly document: Document }>;
  'strongroom-restored': CustomEvent<{ readonly document: Document }>;
  /** Filename or metadata were changed. */
  'strongroom-changed': CustomEvent<{ readonly document: Document }>;
  /** A document is to be shown. Who prevents the default shows it; else the element does. */
  'strongroom-open': CustomEvent<{ readonly document: Document }>;
  /** Other rows are selected. */
  'strongroom-selection': CustomEvent<{ readonly ids: readonly string[] }>;
  /** The user sorts the list otherwise: its `sort` is this now. */
  'strongroom-sorted': CustomEvent<{ readonly sort: NonNullable<Filter['sort']> }>;
  /** A list or document has been read; `count` rows are shown. */
  'strongroom-loaded': CustomEvent<{ readonly count: number }>;
}

/** The events after which a document that others show is another one. */
export const changes = [
  'strongroom-removed',
  'strongroom-archived',
  'strongroom-unarchived',
  'strongroom-restored',
  'strongroom-changed',
] as const satisfies readonly (keyof StrongroomEvents)[];

declare global {
  interface HTMLElementEventMap extends StrongroomEvents {}
  interface DocumentEventMap extends StrongroomEvents {}
}
