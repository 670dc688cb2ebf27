/** The command line is wrong: exit code 2, with the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: strongroom <command>

  serve                      Runs the service until SIGTERM or SIGINT.
  doctor [--policy]          Asks store and records what they can do; --policy: the smallest IAM policy.
  keys create [--name NAME] [--scope SCOPE]… [--record-prefix TEXT]
                             Makes an API key and prints it, this once. With scopes it may do nothing else,
                             with a prefix it sees only records that begin so; without, it may do everything.
  keys list                  Shows every key without its secret.
  keys code [ID]             Makes an address that signs a browser in as that key, once, within an hour.
  keys revoke ID             Ends a key, named by its ID or itself; servers follow within 5 seconds.

  --json                     keys, doctor: prints JSON
  --help, --version

Settings come from the environment and strongroom.config.{ts,mjs,js,json}, for every command alike.
In a checkout: npm exec -- strongroom <command>
`;
