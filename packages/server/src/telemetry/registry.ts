import { type Description, exposed, type Sample } from './exposition.ts';
import { Counter, Family, Histogram } from './instruments.ts';

/** What is read when somebody asks: label values in the order of the labels' names, and the number. */
export type Reading = readonly [values: readonly string[], value: number];

interface Metric extends Description {
  readonly labels: readonly string[];
  readonly samples: () => readonly Sample[] | Promise<readonly Sample[]>;
}

/** The metrics of one service. Two in one process share none. */
export class Registry {
  readonly #metrics: Metric[] = [];

  /** What is told of each metric, whether it has a value yet or not. */
  get metrics(): readonly (Description & { readonly labels: readonly string[] })[] {
    return this.#metrics;
  }

  counter(name: string, help: string, labels: readonly string[] = []): Family<Counter> {
    const family = new Family(() => new Counter());
    const samples = () =>
      family
        .all()
        .map(({ values, series }) => ({ name, labels: paired(labels, values), value: series.value }));
    this.#metrics.push({ name, help, type: 'counter', labels, samples });
    return family;
  }

  /** `bounds` ascending, in the unit that the name ends with. */
  histogram(
    name: string,
    help: string,
    labels: readonly string[],
    bounds: readonly number[],
  ): Family<Histogram> {
    const family = new Family(() => new Histogram(bounds));
    const samples = () =>
      family.all().flatMap(({ values, series }) => histogramSamples(name, paired(labels, values), series));
    this.#metrics.push({ name, help, type: 'histogram', labels, samples });
    return family;
  }

  /** A metric whose values lie elsewhere and are read when asked for. What can't be read has no value. */
  read(
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    labels: readonly string[],
    read: () => readonly Reading[] | Promise<readonly Reading[]>,
  ): void {
    const samples = async () => {
      const readings = await Promise.resolve()
        .then(read)
        .catch(() => []);
      return readings.map(([values, value]) => ({ name, labels: paired(labels, values), value }));
    };
    this.#metrics.push({ name, help, type, labels, samples });
  }

  /** Everything in Prometheus' text format. */
  async expose(): Promise<string> {
    const read = this.#metrics.map(async (metric) => exposed(metric, await metric.samples()));
    return (await Promise.all(read)).join('');
  }
}

function paired(names: readonly string[], values: readonly string[]): Sample['labels'] {
  return names.map((name, i) => [name, values[i] ?? ''] as const);
}

function histogramSamples(
  name: string,
  labels: Sample['labels'],
  { bounds, counts, sum }: Histogram,
): Sample[] {
  let below = 0;
  const buckets = counts.map((count, i) => {
    below += count;
    const le = i < bounds.length ? String(bounds[i]) : '+Inf';
    return { name: `${name}_bucket`, labels: [...labels, ['le', le] as const], value: below };
  });
  return [
    ...buckets,
    { name: `${name}_sum`, labels, value: sum },
    { name: `${name}_count`, labels, value: below },
  ];
}
