/** The command line is wrong: exit code 2, with the usage of its command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
