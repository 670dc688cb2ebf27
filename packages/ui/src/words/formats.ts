/** How sizes, times and lists are written in a language. */
export interface Formats {
  readonly lang: string;
  /** Bytes in the largest unit that leaves a number of at least one: `4.2 MB` is 4.2 × 2²⁰, as file managers count. */
  size(bytes: number): string;
  /** Bytes a second. */
  speed(bytesPerSecond: number): string;
  /** A time of the service (ISO 8601) as date and time of day. */
  time(iso: string): string;
  /** A time of the service as its date. */
  date(iso: string): string;
  /** Seconds, roughly: `2 min`, `40 sec`. */
  duration(seconds: number): string;
  /** From 0 to 1. */
  percent(share: number): string;
  number(value: number): string;
  /** `PDF, JPEG or PNG`. */
  anyOf(items: readonly string[]): string;
  /** `PDF, JPEG and PNG`. */
  allOf(items: readonly string[]): string;
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const made = new Map<string, Formats>();

/** The formats of `lang`, a BCP 47 tag; of English when that is not one. */
export function formatsOf(lang: string): Formats {
  let formats = made.get(lang);
  if (formats === undefined) {
    formats = makeFormats(supported(lang));
    made.set(lang, formats);
  }
  return formats;
}

function supported(lang: string): string {
  try {
    return Intl.getCanonicalLocales(lang)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

function makeFormats(lang: string): Formats {
  const dates = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' });
  const times = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
  const percents = new Intl.NumberFormat(lang, { style: 'percent' });
  const numbers = new Intl.NumberFormat(lang);
  const or = new Intl.ListFormat(lang, { type: 'disjunction' });
  const and = new Intl.ListFormat(lang, { type: 'conjunction' });
  const measured = (value: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(lang, {
      style: 'unit',
      unit,
      unitDisplay: unit.startsWith('byte') && !unit.includes('per') ? 'long' : 'short',
      maximumFractionDigits: digits,
    }).format(value);
  const bytes = (count: number, per = '') => {
    const step = count < 1024 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
    const value = count / 1024 ** step;
    return measured(value, `${units[step]}${per}`, step > 0 && value < 10 ? 1 : 0);
  };
  return {
    lang,
    size: (count) => bytes(count),
    speed: (rate) => bytes(Math.max(1, rate), '-per-second'),
    time: (iso) => times.format(new Date(iso)),
    date: (iso) => dates.format(new Date(iso)),
    duration: (seconds) => {
      if (seconds < 60) return measured(Math.max(1, Math.round(seconds)), 'second');
      if (seconds < 3600) return measured(Math.round(seconds / 60), 'minute');
      return measured(seconds / 3600, 'hour', 1);
    },
    percent: (share) => percents.format(share),
    number: (value) => numbers.format(value),
    anyOf: (items) => or.format(items),
    allOf: (items) => and.format(items),
  };
}
