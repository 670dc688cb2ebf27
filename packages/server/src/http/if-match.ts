import { StrongroomError } from '../errors.ts';

/**
 * The revisions that an If-Match field names (RFC 9110 §13.1.1), or `*` for any. Weak tags and those of somebody else
 * never match, so they are left out. Raises `revision_required` without the field, `invalid_input` when it is malformed.
 */
export function readIfMatch(field: string | undefined): '*' | readonly number[] {
  const value = field?.trim() ?? '';
  if (value === '') throw new StrongroomError('revision_required', {});
  if (value === '*') return '*';
  if (!/^(?:(?:W\/)?"[^"]*"\s*(?:,\s*|$))+$/.test(value)) {
    throw new StrongroomError('invalid_input', {
      field: 'If-Match',
      problem: 'takes the ETag of the document with its quotes, such as "3", or *',
    });
  }
  return [...value.matchAll(/(W\/)?"(\d{1,15})"/g)].flatMap(([, weak, revision]) =>
    weak ? [] : [Number(revision)],
  );
}
