import { randomBytes } from 'node:crypto';
import { type FirstCode, settleFirstCode } from './access/first-code.ts';
import { type FirstKey, type FirstKeySettings, settleFirstKey } from './access/first-key.ts';
import { Tokens } from './access/tokens.ts';
import { Boot } from './boot.ts';
import { settleDeployment } from './deployment.ts';
import type { Log } from './log.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { Records } from './records/records.ts';
import type { Settings } from './settings.ts';

export interface GroundworkParts {
  readonly records: Records;
  readonly store: ObjectStore;
  readonly settings: FirstKeySettings & Pick<Settings, 'secrets' | 'deployment'>;
  /** A first key may be shown here instead of being written to a file. */
  readonly terminal: boolean;
  readonly log: Log;
}

/**
 * What the service keeps of itself in its records and its store, and does nothing without: the secret that signs links
 * and cursors, a first key and a code to sign in as it, the deployment's id. `boot` settles them as soon as both can be reached.
 */
export class Groundwork {
  readonly boot: Boot;
  #tokens: Tokens | null;
  #firstKey: FirstKey | null = null;
  #firstCode: FirstCode | null = null;
  #deployment: string | null = null;

  constructor({ records, store, settings, terminal, log }: GroundworkParts) {
    this.#tokens = settings.secrets.length > 0 ? new Tokens(settings.secrets) : null;
    const ofRecords = async () => {
      await records.connect();
      this.#tokens ??= new Tokens([await records.keepOnce('secret', randomBytes(32).toString('base64url'))]);
      if (this.#firstKey !== null) return;
      const firstKey = await settleFirstKey(records, settings, { terminal });
      const { dataDir } = settings;
      this.#firstCode = await settleFirstCode(records, firstKey, { dataDir, terminal });
      this.#firstKey = firstKey;
    };
    const ofStore = () =>
      store.connect(async () => {
        this.#deployment = await settleDeployment(records, store, settings.deployment);
      });
    this.boot = new Boot(
      [
        { name: 'records', ready: ofRecords },
        { name: 'store', ready: ofStore },
      ],
      log,
    );
  }

  /** Null until the records have answered. */
  get firstKey(): FirstKey | null {
    return this.#firstKey;
  }

  /** Null until the records have answered, and where nobody needs one. */
  get firstCode(): FirstCode | null {
    return this.#firstCode;
  }

  /** Raises `records_unavailable` or `store_unavailable` until all is settled. */
  get tokens(): Tokens {
    return this.#settled(this.#tokens);
  }

  /** Raises as `tokens` does. */
  get deployment(): string {
    return this.#settled(this.#deployment);
  }

  #settled<T>(value: T | null): T {
    this.boot.assertReady();
    if (value === null) throw new Error('ready without everything that ready means');
    return value;
  }
}
