import assert from 'node:assert/strict';
import { type ErrorCode, StartError, StrongroomError } from '../../src/errors.ts';

/** For assert.rejects: a domain error with that code and at least these parameters. */
export function refuses(code: ErrorCode, parameters: object = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof StrongroomError, `not a domain error: ${error}`);
    assert.equal(error.code, code);
    assert.deepEqual({ ...error.parameters, ...parameters }, error.parameters);
    return true;
  };
}

/** For assert.rejects: an operator must mend it, says one line. */
export function stopsStart(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StartError, `not a StartError: ${error}`);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}
