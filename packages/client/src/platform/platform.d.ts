/** What `#platform` is: node.ts in Node, browser.ts elsewhere, as the conditions of package.json choose. */
import type { FileSource } from '../file-source.ts';
import type { Sender } from './send.ts';

export declare const sender: Sender;
export declare function openFile(path: string | URL): Promise<FileSource>;
