/** Headers that say what a page may do, by where its file lies below `/ui/`. */

type Headers = Readonly<Record<string, string>>;

/**
 * CSP Level 3: no script but the console's own files, nothing from elsewhere, in nobody's frame.
 * @param store where documents are sent past the service; null: nowhere
 */
const consolePolicy = (store: string | null) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    `connect-src 'self'${store === null ? '' : ` ${store}`}`,
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * The page in which previews run: of an opaque origin whoever frames it, also where it is opened by itself, so that what runs
 * in there in spite of all has nobody's cookies and storage. It may not send forms, open windows, save files or compile
 * WebAssembly. pdf.js's worker is a blob that imports the worker's file, since a worker's own file would have to be of the
 * page's origin; `'self'` is where the page came from, also in an opaque origin (CSP Level 3 §6.7.2.7). Images are blobs made
 * of the bytes that were handed in. Fonts that a PDF names and does not bring come from beside the page.
 */
const framePolicy = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'self'",
  'worker-src blob:',
  "style-src 'self'",
  'img-src blob:',
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Pages of other origins load the elements, and frame the page for previews. */
const forEveryOrigin: Headers = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
};
const forOurOrigin: Headers = { 'cross-origin-resource-policy': 'same-origin' };

/**
 * @param path below `/ui/`
 * @param store as of the console's policy
 */
export function policiesOf(path: string, store: string | null): Headers {
  const isPage = path.endsWith('.html');
  if (path.startsWith('frame/'))
    return { ...forEveryOrigin, ...(isPage ? { 'content-security-policy': framePolicy } : {}) };
  if (path.startsWith('elements/')) return forEveryOrigin;
  if (!isPage) return forOurOrigin;
  return {
    ...forOurOrigin,
    'content-security-policy': consolePolicy(store),
    'cross-origin-opener-policy': 'same-origin',
    // Its paths name records.
    'referrer-policy': 'no-referrer',
  };
}
