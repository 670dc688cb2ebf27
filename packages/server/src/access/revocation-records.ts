/** What access keeps of what was revoked before its time. The records implement it on their own connection. */
export interface RevocationRecords {
  /** Keeps `id` as revoked for `keptFor` milliseconds. A repeat is success. Two that are kept no longer go for every one written. */
  revoke(id: string, keptFor: number): Promise<void>;
  /**
   * Those that are still kept, from the first one after `after` on (null: from the beginning), in the order in which they
   * were revoked by the database's clock. One that is being written may come up to a minute late in that order.
   */
  revocations(after: RevocationPosition | null, limit: number): Promise<Revocation[]>;
}

/** Epoch milliseconds of the database's clock. */
export interface RevocationPosition {
  readonly id: string;
  readonly revokedAt: number;
}

export interface Revocation extends RevocationPosition {
  readonly expiresAt: number;
}
