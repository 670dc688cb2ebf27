/** The console's paths, and what each shows. */
export type Route =
  | { readonly page: 'documents' | 'upload' | 'storage' | 'keys' | 'sign-in' | 'missing' }
  | { readonly page: 'document'; readonly id: string }
  | { readonly page: 'record'; readonly recordId: string };

const plain = {
  '/': 'documents',
  '/upload': 'upload',
  '/storage': 'storage',
  '/keys': 'keys',
  '/sign-in': 'sign-in',
} as const;

/** What is at `path`, as a URL has it. What can't be decoded is at no page. */
export function routeOf(path: string): Route {
  if (path in plain) return { page: plain[path as keyof typeof plain] };
  const [, folder, name = ''] = /^\/(documents|records)\/([^/]+)$/.exec(path) ?? [];
  const decoded = decode(name);
  if (!decoded) return { page: 'missing' };
  return folder === 'documents' ? { page: 'document', id: decoded } : { page: 'record', recordId: decoded };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/**
 * A record id may be `.` or `..`, which browsers take out of a path even when they are encoded (WHATWG URL, "double-dot
 * URL path segment"): those two are shown as a filter of the list.
 */
export function recordPath(recordId: string): string {
  if (recordId === '.' || recordId === '..') return `/?recordId=${recordId}`;
  return `/records/${encodeURIComponent(recordId)}`;
}

export function documentPath(id: string): string {
  return `/documents/${encodeURIComponent(id)}`;
}
