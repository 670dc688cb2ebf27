/** What `#platform` is: node.ts in Node, browser.ts elsewhere, as the conditions of package.json choose. */
import type { FileSource } from '../file-source.ts';
import type { UploadPlaces } from '../places/upload-places.ts';
import type { Sender } from './send.ts';

export declare const sender: Sender;
export declare function openFile(path: string | URL): Promise<FileSource>;
/** How often an upload is tried again, in a row without a byte gained, when an app says nothing of it. */
export declare const uploadRetries: number;
/** Where uploads that stop are kept when an app says nothing of it; null: nowhere. */
export declare function defaultPlaces(): Promise<UploadPlaces | null>;
