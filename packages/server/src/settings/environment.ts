import { StartError } from '../errors.ts';
import { nearest, shown } from './values.ts';

/** How one setting is read: what it takes in words, and the reader that answers undefined for anything else. */
export interface Kind<T> {
  readonly takes: string;
  readonly read: (text: string) => T | undefined;
  /** The value is a secret: an error tells its length, never the value. */
  readonly secret?: boolean;
}

/**
 * The environment as the settings ask for it. Values are trimmed and an empty one counts as not set, as compose files
 * and shells pass them. Remembers the names that were asked for, so that the others can be told apart.
 */
export class Environment {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #known = new Set<string>();

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  text(name: string): string | null {
    this.#known.add(name);
    return this.#env[name]?.trim() || null;
  }

  /** The setting's value, or `fallback` when it is not set. Raises StartError for what the kind does not take. */
  get<T, F>(name: string, kind: Kind<T>, fallback: F): T | F {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = kind.read(text);
    if (value === undefined) {
      const got = kind.secret ? `has ${[...text].length} characters` : `is ${shown(text)}`;
      throw new StartError(`${name} ${got}; it takes ${kind.takes}.`);
    }
    return value;
  }

  /**
   * Names that look like ours and aren't, each with the known name that is nearest.
   * STRONGROOM_TEST_* belongs to the test run.
   */
  unknown(): { name: string; nearest: string }[] {
    return Object.keys(this.#env)
      .filter((name) => /^(S3|STRONGROOM)_(?!TEST_)/.test(name) && !this.#known.has(name))
      .sort()
      .map((name) => ({ name, nearest: nearest(name, [...this.#known]) }));
  }
}
