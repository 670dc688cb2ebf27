/** What a document is drawn as. */
export type Kind = 'pdf' | 'picture' | 'table' | 'text';

const pictures = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
const texts = [
  'message/rfc822',
  'application/json',
  'application/xml',
  'application/xhtml+xml',
  'image/svg+xml',
];

/**
 * By the content type, which is what the service found the bytes to be. Markup, SVG too, is the text it is written in. Null for
 * what no browser shows without running more than a decoder for pictures.
 */
export function kindOf(contentType: string): Kind | null {
  if (contentType === 'application/pdf') return 'pdf';
  if (contentType === 'text/csv') return 'table';
  if (pictures.includes(contentType)) return 'picture';
  return contentType.startsWith('text/') || texts.includes(contentType) ? 'text' : null;
}
