import { assertMayHandOn, type Caller } from '../documents/permissions.ts';
import { hasCode, StrongroomError } from '../errors.ts';
import { makeKey } from './api-keys.ts';
import type { ApiKeyRecord, KeyRecords } from './key-records.ts';
import { isScope, type KeyLimits, rightsOf } from './scopes.ts';

/**
 * The API keys, as far as a caller manages them: those that may do no more than it may itself, and so could be of its making.
 * Of the others it learns nothing. Every call raises `records_unavailable`.
 */
export class ManagedKeys {
  readonly #records: Pick<KeyRecords, 'createKey' | 'keys' | 'findKey' | 'revokeKey'>;

  constructor(records: Pick<KeyRecords, 'createKey' | 'keys' | 'findKey' | 'revokeKey'>) {
    this.#records = records;
  }

  /** Revoked ones too, newest first. */
  async list(caller: Caller): Promise<ApiKeyRecord[]> {
    return (await this.#records.keys()).filter((record) => isWithin(caller, record));
  }

  /** Makes a key and answers it, this once. Raises `not_allowed` for one that may do more than the caller. */
  async make(
    caller: Caller,
    { name, ...limits }: KeyLimits & { readonly name: string },
  ): Promise<{ key: string; record: ApiKeyRecord }> {
    assertWithin(caller, limits);
    const made = makeKey(name, new Date(), limits);
    await this.#records.createKey(made.record);
    return made;
  }

  /** Ends a key on every server within five seconds. One that is none is as good as ended. Raises `not_allowed`. */
  async revoke(caller: Caller, id: string): Promise<void> {
    const record = await this.#records.findKey(id);
    if (record === null) return;
    if (!isWithin(caller, record)) throw new StrongroomError('not_allowed', { action: 'keys' });
    await this.#records.revokeKey(id, new Date());
  }
}

function isWithin(caller: Caller, limits: KeyLimits): boolean {
  // What a scope of a newer version allows is not known here: who may do everything may do that too, and nobody else.
  const { scopes, recordPrefix } = caller.rights;
  if ((scopes ?? recordPrefix) !== null && !(limits.scopes ?? []).every(isScope)) return false;
  try {
    assertWithin(caller, limits);
    return true;
  } catch (error) {
    if (hasCode(error, 'not_allowed')) return false;
    throw error;
  }
}

function assertWithin(caller: Caller, limits: KeyLimits): void {
  assertMayHandOn(caller, { actions: rightsOf(limits).actions, recordPrefix: limits.recordPrefix });
}
