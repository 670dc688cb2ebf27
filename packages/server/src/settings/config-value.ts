import { inspect } from 'node:util';
import { StartError } from '../errors.ts';
import { cut, duration, inUnits, nearest, size, within } from './values.ts';

/**
 * One value of the config file and its place there, so that an error can name both. A value that was left out answers
 * the fallback. Every reader raises StartError with one line.
 */
export class ConfigValue {
  readonly #file: string;
  readonly #path: string;
  readonly #value: unknown;

  constructor(file: string, path: string, value: unknown) {
    this.#file = file;
    this.#path = path;
    this.#value = value;
  }

  get given(): boolean {
    return this.#value !== undefined;
  }

  refuse(takes: string): never {
    const place = this.#path === '' ? 'what it exports' : this.#path;
    const got = this.given ? `is ${cut(written(this.#value))}` : 'is missing';
    throw new StartError(`${this.#file}: ${place} ${got}; it takes ${takes}.`);
  }

  /** The members of an object, by name; an unknown one is refused with the nearest known name. */
  members<const Name extends string>(names: readonly Name[]): Record<Name, ConfigValue> {
    const value = this.given || this.#path === '' ? this.#value : {};
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.refuse(`an object with ${names.join(', ')}`);
    const record = value as Record<string, unknown>;
    for (const name of Object.keys(record)) {
      if ((names as readonly string[]).includes(name)) continue;
      throw new StartError(
        `${this.#file}: ${this.#at(name)} is not known; the nearest known is ${this.#at(nearest(name, names))}.`,
      );
    }
    return Object.fromEntries(
      names.map((name) => [name, new ConfigValue(this.#file, this.#at(name), record[name])]),
    ) as Record<Name, ConfigValue>;
  }

  list(least: number, most: number, of: string): ConfigValue[] {
    const value = this.#value;
    if (!Array.isArray(value) || value.length < least || value.length > most)
      this.refuse(`a list of ${least} to ${most} ${of}`);
    return (value as unknown[]).map((item, i) => new ConfigValue(this.#file, `${this.#path}[${i}]`, item));
  }

  text(least: number, most: number, fallback: string): string {
    if (!this.given) return fallback;
    const value = this.#value;
    if (typeof value !== 'string' || value.length < least || value.length > most || /\p{Cc}/u.test(value))
      this.refuse(`text of ${least} to ${most} characters`);
    return value as string;
  }

  matching(pattern: RegExp, takes: string): string {
    if (typeof this.#value !== 'string' || !pattern.test(this.#value)) this.refuse(takes);
    return this.#value as string;
  }

  /** Bytes. */
  size<F>(fallback: F): number | F {
    if (!this.given) return fallback;
    const value = typeof this.#value === 'string' ? size(this.#value) : this.#value;
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      this.refuse('a size such as "100MiB", or bytes');
    return value as number;
  }

  /** Milliseconds. */
  duration(least: number, most: number, fallback: number): number {
    if (!this.given) return fallback;
    const value = typeof this.#value === 'string' ? within(least, most)(duration(this.#value)) : undefined;
    return value ?? this.refuse(`a duration from "${inUnits(least)}" to "${inUnits(most)}"`);
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

/** On one line, as JSON has it. A program can export more than JSON can say: functions, 5n, an object that holds itself. */
function written(value: unknown): string {
  try {
    const json = JSON.stringify(value);
    if (json !== undefined) return json;
  } catch {
    // It is shown as the console would show it.
  }
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).replace(/\s+/g, ' ');
}
