/** Every failure of a call: the service's own problem (RFC 9457), a proxy's page, or no answer at all. */
export class StrongroomError extends Error {
  override readonly name = 'StrongroomError';
  /** One of docs/errors.md, or `unreachable` where no answer came. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
