export { Strongroom, StrongroomError } from '@strongroom/client';
export { type Connection, configure, type Token } from './connection/configure.ts';
export type { Failure, StrongroomEvents } from './connection/events.ts';
export { StrongroomActions } from './elements/actions/actions.ts';
export { StrongroomDocument } from './elements/document/document.ts';
export { StrongroomDocuments } from './elements/documents/documents.ts';
export { StrongroomPreview } from './elements/preview/preview.ts';
export { StrongroomUploader } from './elements/uploader/uploader.ts';
export { setWords, type Word, type WordKey, type Words } from './words/words.ts';
