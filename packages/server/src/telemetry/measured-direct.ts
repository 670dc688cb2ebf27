import type { DirectUploads } from '../objects/direct-uploads.ts';
import type { Calls } from './calls.ts';

/** The same, with every call that asks the store measured. */
export function measuredDirect(direct: DirectUploads, calls: Calls): DirectUploads {
  const begin: DirectUploads['begin'] = (...given) => direct.begin(...given);
  const parts: DirectUploads['parts'] = (...given) => direct.parts(...given);
  const complete: DirectUploads['complete'] = (...given) => direct.complete(...given);
  const end: DirectUploads['end'] = (...given) => direct.end(...given);
  const endAll: DirectUploads['endAll'] = (...given) => direct.endAll(...given);
  return {
    origin: direct.origin,
    begin: calls.measured('direct_begin', begin),
    urls: (...given) => direct.urls(...given),
    parts: calls.measured('direct_parts', parts),
    complete: calls.measured('direct_complete', complete),
    end: calls.measured('direct_end', end),
    endAll: calls.measured('direct_end_all', endAll),
  };
}
