import { create } from 'content-disposition';
import type { Document } from '../documents/document.ts';

export type Disposition = 'inline' | 'attachment';

/** Which pages may show content as an image or frame. */
export type Embedding = 'same-origin' | 'cross-origin';

/** Everything else is an attachment, whatever is asked: nothing that a browser could run is ever shown as a page. */
const inlineTypes: ReadonlySet<string> = new Set([
  'application/pdf',
  'image/jpeg',
  'image/png',
  'image/webp',
  'text/plain',
]);

type Content = Pick<Document, 'contentType' | 'filename' | 'sha256' | 'createdAt'>;

/** How content is shown, whoever sends its bytes: what is granted of the disposition asked for, and the Content-Type field. */
export function shownAs(
  contentType: string,
  asked: Disposition,
): { disposition: Disposition; contentType: string } {
  return {
    disposition: asked === 'inline' && inlineTypes.has(contentType) ? 'inline' : 'attachment',
    contentType: contentTypeField(contentType),
  };
}

/** The strong entity tag of the content: its digest (RFC 9110 §8.8.3). */
export function contentTag({ sha256 }: Pick<Document, 'sha256'>): string {
  return `"${sha256}"`;
}

/** What 200, 206 and 304 have in common (RFC 9110 §15.4.5). `no-cache`: ask again each time, so that a deletion is felt. */
export function cacheHeaders(document: Content): Record<string, string> {
  return {
    etag: contentTag(document),
    'last-modified': document.createdAt.toUTCString(),
    'cache-control': 'private, no-cache',
  };
}

/**
 * The headers of content that is sent, but for its length. `embedding` becomes Cross-Origin-Resource-Policy: `cross-origin`
 * suits a signed link, which was made to be shown elsewhere; `same-origin` what needs an API key, which no page holds.
 */
export function contentHeaders(
  document: Content,
  asked: Disposition,
  embedding: Embedding,
): Record<string, string> {
  const { contentType, filename } = document;
  const shown = shownAs(contentType, asked);
  return {
    ...cacheHeaders(document),
    'content-type': shown.contentType,
    'content-disposition': dispositionField(shown.disposition, filename),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    // Browsers' PDF viewers stay blank in a sandbox.
    'content-security-policy':
      contentType === 'application/pdf' ? "default-src 'none'" : "sandbox; default-src 'none'",
    'cross-origin-resource-policy': embedding,
  };
}

/** `text/…` was found to be UTF-8 when it came in (inspection/sniff.ts); unsaid, browsers guess something older. */
function contentTypeField(contentType: string): string {
  return contentType.startsWith('text/') ? `${contentType}; charset=utf-8` : contentType;
}

/** RFC 6266: `filename` for old clients and `filename*` where the name needs more than ASCII. Never breaks the header. */
function dispositionField(type: Disposition, filename: string): string {
  return create(filename.toWellFormed(), { type });
}
