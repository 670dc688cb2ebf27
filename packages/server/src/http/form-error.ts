import { StrongroomError } from '../errors.ts';

/** `problem`: what is wrong with the form and what to do about it, in whole sentences. */
export function invalidForm(problem: string): StrongroomError<'invalid_form'> {
  return new StrongroomError('invalid_form', { problem });
}
