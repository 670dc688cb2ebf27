import { StrongroomError } from '../errors.ts';
import type { ByteRange } from '../objects/object-store.ts';

/** `bytes=first-last`, `bytes=first-`, `bytes=-suffix`; the unit in any case (RFC 9110 §14.1.1). */
const single = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * The one range that a Range field (RFC 9110 §14.2) asks of `size` bytes, or null: send the whole. A field that is
 * malformed, in another unit or asks for several ranges is ignored, as §14.2 allows: several ranges are a known way to
 * make a server work hard (CVE-2026-33658). Raises `range_unsatisfiable` when the range lies outside (§15.5.17).
 */
export function rangeOf(field: string | undefined, size: number): ByteRange | null {
  const [, first, last] = single.exec(field ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0 || size === 0) throw new StrongroomError('range_unsatisfiable', { size });
    return { first: Math.max(0, size - suffix), last: size - 1 };
  }
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) throw new StrongroomError('range_unsatisfiable', { size });
  return { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/** The Content-Range field of a 206 (RFC 9110 §14.4). */
export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`;
}
