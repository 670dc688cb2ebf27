import type { KeyLimits } from './scopes.ts';

/** What access keeps. The records implement it on their own connection. */
export interface KeyRecords {
  createKey(key: ApiKeyRecord): Promise<void>;
  /** Every key, revoked ones too, newest first. */
  keys(): Promise<ApiKeyRecord[]>;
  findKey(id: string): Promise<ApiKeyRecord | null>;
  /** False when there is no such key. A repeat is success and keeps the first time. */
  revokeKey(id: string, at: Date): Promise<boolean>;
}

export interface ApiKeyRecord extends KeyLimits {
  /** The public part of the key, shown in lists and logs. */
  readonly id: string;
  readonly name: string;
  /** Hex SHA-256 of the whole key. The key itself is 256 random bits, so one round is enough. */
  readonly hash: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}
