/** What access keeps of codes that sign a browser in once. The records implement it on their own connection. */
export interface SignInRecords {
  /** Keeps a new code. What has expired unused goes with it. */
  createCode(code: SignInCodeRecord): Promise<void>;
  /** Uses the code up, at the time `at`; null where there is none, it has expired, or it was used: of two racing calls one wins. */
  useCode(hash: string, at: Date): Promise<SignInCodeRecord | null>;
  findCode(hash: string): Promise<(SignInCodeRecord & { readonly usedAt: Date | null }) | null>;
  /** Whether any code of this key was ever used. */
  hasUsedCode(key: string): Promise<boolean>;
}

export interface SignInCodeRecord {
  /** Hex SHA-256 of the code. */
  readonly hash: string;
  /** The API key that it signs in as, as an Identity names it. */
  readonly key: string;
  readonly expiresAt: Date;
}
