/** An interval for a median, from order statistics. `coverage` is the confidence it really has, 0–1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly coverage: number;
}

/** The middle value; the mean of the two middle ones for an even count. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return at(sorted, Math.floor(middle));
  return (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

/** The smallest value that at least `share` (0–1) of all values do not exceed (nearest rank). NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  return at(ascending(values), Math.max(0, Math.ceil(share * values.length) - 1));
}

/**
 * The distribution-free interval of the median: between the k-th smallest and the k-th largest value, with the
 * largest k whose coverage still reaches `confidence`. The count of values below the true median is binomial with
 * p = 1/2, so the coverage is 1 − 2·P(count < k) (Conover, Practical Nonparametric Statistics, §3.2).
 * It assumes nothing of the noise but that rounds are independent. Fewer than five values can't reach 90 %:
 * then the interval is the whole range, and `coverage` says how little that is worth.
 */
export function medianInterval(values: readonly number[], confidence: number): Interval {
  const sorted = ascending(values);
  let k = 1;
  while (k + 1 <= sorted.length / 2 && coverage(sorted.length, k + 1) >= confidence) k += 1;
  return {
    low: at(sorted, k - 1),
    high: at(sorted, sorted.length - k),
    coverage: coverage(sorted.length, k),
  };
}

function coverage(count: number, k: number): number {
  let below = 0;
  let ways = 1;
  for (let i = 0; i < k; i += 1) {
    below += ways;
    ways = (ways * (count - i)) / (i + 1);
  }
  return Math.max(0, 1 - (2 * below) / 2 ** count);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Number.NaN;
}
