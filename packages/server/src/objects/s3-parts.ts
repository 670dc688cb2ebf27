const MiB = 1024 * 1024;

/** S3's own limit (S3 user guide, "Amazon S3 multipart upload limits"). */
export const maxParts = 10_000;

/** Bytes. What S3 takes (the same page), and how bodies of unknown length are cut. */
export interface Limits {
  /** The most that one PutObject or one part takes. */
  readonly single: number;
  /** The least that a part takes which is not the last. */
  readonly smallestPart: number;
  /** Buffered parts have at least this many. */
  readonly part: number;
  /** The most that may follow after `atLeast`; it is buffered. */
  readonly tail: number;
}

export const defaultLimits: Limits = {
  single: 5 * 1024 * MiB,
  smallestPart: 5 * MiB,
  part: 8 * MiB,
  tail: 8 * MiB,
};

/**
 * The parts that so many `bytes`, more than none, go straight through in: as few and as equal as can be, so that none of
 * them falls under S3's least unless all of it does.
 */
export function straightParts(bytes: number, { single }: Pick<Limits, 'single'>): number[] {
  const count = Math.ceil(bytes / single);
  const longer = bytes % count;
  return Array.from({ length: count }, (_, at) => Math.floor(bytes / count) + (at < longer ? 1 : 0));
}

/** The bytes of each buffered part of a body that has at most `atMost`: whole MiB, and 10,000 of them are enough. */
export function bufferedPart(atMost: number | undefined, { part }: Pick<Limits, 'part'>): number {
  return Math.max(part, Math.ceil((atMost ?? 0) / maxParts / MiB) * MiB);
}
