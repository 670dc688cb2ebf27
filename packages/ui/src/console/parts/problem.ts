import type { TemplateResult } from 'lit';
import { errorNotice } from '../../pieces/error-notice.ts';
import { explained, say } from './words.ts';

/** What went wrong, in words: what to do, whom to ask where only an operator can mend it, and the reference for them. */
export function problem(error: unknown, retry?: () => void): TemplateResult {
  return errorNotice(explained(error), say, retry);
}
