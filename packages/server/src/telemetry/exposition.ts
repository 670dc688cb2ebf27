/** One line of the answer: `name` is the metric's, with the suffix that its type asks for. */
export interface Sample {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

export interface Description {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
}

/** The media type of Prometheus' text format. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** A metric in Prometheus' text format 0.0.4, its lines ended by line feeds. */
export function exposed({ name, help, type }: Description, samples: readonly Sample[]): string {
  const lines = samples.map((sample) => `${sample.name}${labelled(sample)} ${written(sample.value)}\n`);
  return `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelled({ labels }: Sample): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${value.replace(/[\\\n"]/g, escaped)}"`).join(',')}}`;
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

function written(value: number): string {
  return Math.abs(value) === Number.POSITIVE_INFINITY ? `${value > 0 ? '+' : '-'}Inf` : String(value);
}
