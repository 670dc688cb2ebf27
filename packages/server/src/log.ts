/** The operator's log, as every room may write it; pino has this shape. Errors go under `error` and are printed with code and cause. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
