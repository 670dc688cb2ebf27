/**
 * What every object says of itself, so that the records can be rebuilt from the bucket (promise 5):
 * what was known when its bytes were written.
 */
export interface SelfDescription {
  readonly version: 1;
  readonly deployment: string;
  readonly id: string;
  readonly recordId: string;
  readonly type: string;
  readonly filename: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** Lower-case hex, only where the bytes were known before they were sent. */
  readonly sha256?: string;
}
