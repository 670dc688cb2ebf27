/** A number that only grows. */
export class Counter {
  value = 0;

  add(by = 1): void {
    this.value += by;
  }
}

/** How many observations fell under each bound, and their sum. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One count for each bound, one more for what lies above the last; not cumulative. */
  readonly counts: number[];
  sum = 0;

  /** `bounds` ascending; a value equal to a bound falls under it. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    counts[at] = (counts[at] as number) + 1;
    this.sum += value;
  }
}

/**
 * All series of one metric: one for each set of label values that was asked for. Ask once and keep what is answered,
 * then counting costs an addition.
 */
export class Family<Series> {
  readonly #make: () => Series;
  readonly #series = new Map<string, { readonly values: readonly string[]; readonly series: Series }>();

  constructor(make: () => Series) {
    this.#make = make;
  }

  /** The series of these label values, in the order in which the metric names its labels. */
  of(...values: string[]): Series {
    const key = values.join('\0');
    const known = this.#series.get(key);
    if (known) return known.series;
    const series = this.#make();
    this.#series.set(key, { values, series });
    return series;
  }

  all(): { readonly values: readonly string[]; readonly series: Series }[] {
    return [...this.#series.values()];
  }
}
