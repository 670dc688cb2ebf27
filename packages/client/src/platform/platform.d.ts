/** What `#platform` is: node.ts in Node, browser.ts elsewhere, as the conditions of package.json choose. */
import type { FileSource } from '../file-source.ts';
import type { UploadPlaces } from '../places/upload-places.ts';
import type { Sender } from './send.ts';

export declare const sender: Sender;
export declare function openFile(path: string | URL): Promise<FileSource>;
/** Where uploads that stop are kept when an app says nothing of it; null: nowhere. */
export declare function defaultPlaces(): Promise<UploadPlaces | null>;
