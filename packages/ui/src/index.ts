export { type Connection, configure, type Token } from './connection/configure.ts';
export type { Failure, StrongroomEvents } from './connection/events.ts';
export { StrongroomUploader } from './elements/uploader/uploader.ts';
export { setWords, type Word, type WordKey, type Words } from './words/words.ts';
