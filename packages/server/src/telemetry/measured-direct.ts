import type { DirectUploads } from '../objects/direct-uploads.ts';
import type { Calls } from './calls.ts';

/** The same, with every call that asks the store measured. */
export function measuredDirect(direct: DirectUploads, calls: Calls): DirectUploads {
  return {
    begin: calls.measured('direct_begin', direct.begin.bind(direct)),
    urls: (upload, parts, expiresIn) => direct.urls(upload, parts, expiresIn),
    parts: calls.measured('direct_parts', direct.parts.bind(direct)),
    complete: calls.measured('direct_complete', direct.complete.bind(direct)),
  };
}
