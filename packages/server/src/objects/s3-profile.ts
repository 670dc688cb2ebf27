import type { Endpoint } from './s3-endpoint.ts';

/** What is known of the store behind the bucket, found by asking it: engines differ mostly without an error. */
export interface S3Profile {
  /** Whether `If-None-Match: *` really refuses a second write. Null: it may not, so the key is looked at as well; false: it is not even taken. */
  readonly conditionalWrites: boolean | null;
  /** Whether a wrong `x-amz-checksum-sha256` is refused, sent in front as well as in a trailer, also of a part. */
  readonly checksums: boolean;
  /** Whether versions are kept. Null: not known; then the answer to each delete says. */
  readonly versioned: boolean | null;
}

/**
 * Until the bucket has been asked: what AWS documents for its own ("Preventing object overwrites with conditional
 * writes" and "Checking object integrity" in the S3 user guide), and the careful side everywhere else.
 */
export function assumedOf({ isAws }: Endpoint): S3Profile {
  return { conditionalWrites: isAws ? true : null, checksums: isAws, versioned: null };
}
