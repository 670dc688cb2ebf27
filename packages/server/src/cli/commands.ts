/** Every command with what it takes: the help, the reading of command lines and the shells' completion come from here. */

export interface Option {
  /** Without its dashes. */
  readonly name: string;
  readonly short?: string;
  /** What its value is called in the help; without one it is a flag. */
  readonly value?: string;
  /** Values that a shell can offer; `file`: files. */
  readonly offers?: readonly string[] | 'file';
  readonly many?: boolean;
  readonly says: string;
}

export interface Command {
  readonly name: string;
  /** What follows the name, as in a usage line. */
  readonly takes: string;
  /** Its line in the list of commands. */
  readonly says: string;
  readonly more?: string;
  /** What a shell can offer for its words. */
  readonly words?: readonly string[] | 'file';
  readonly options: readonly Option[];
  readonly examples: readonly string[];
  /** Whether it works through a running service. */
  readonly remote?: boolean;
}

const json: Option = { name: 'json', says: 'Prints JSON.' };
const url: Option = {
  name: 'url',
  value: 'URL',
  says: 'Of the service; default: STRONGROOM_URL, else this machine.',
};
/** Not called --env-file: node takes an option of that name for itself, wherever it stands in the command line. */
const settingsFile: Option = {
  name: 'settings',
  value: 'FILE',
  offers: 'file',
  says: 'Settings to use where the environment says nothing; default: ./strongroom.env, if it is there.',
};
const states = ['inspecting', 'available', 'quarantined', 'archived', 'deleted', 'all'];

const move = (name: string, says: string): Command => ({
  name,
  takes: 'ID…',
  says,
  options: [json, url],
  examples: [`strongroom ${name} 019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11`],
  remote: true,
});

export const commands: readonly Command[] = [
  {
    name: 'upload',
    takes: 'FILE… --record ID --type TYPE',
    says: 'Uploads files; prints the id of each document.',
    more: `Goes on after a file that fails; the exit code is then 1. "-" is standard input. What is lost on its way is sent again,
without ever making a second document; only standard input can't be. A file over 8 MiB goes on where it stopped when the same
command is called again.`,
    words: 'file',
    options: [
      { name: 'record', short: 'r', value: 'ID', says: 'What the documents belong to.' },
      { name: 'type', short: 't', value: 'TYPE', says: 'Their document type.' },
      { name: 'name', value: 'NAME', says: 'The filename, where there is one file.' },
      { name: 'metadata', value: 'JSON', says: 'One JSON object, kept with each.' },
      { name: 'replaces', value: 'ID', says: 'The document that this one takes the place of.' },
      json,
      url,
    ],
    examples: [
      'strongroom upload passport.jpg --record inquiry-1 --type id',
      `strongroom upload *.pdf -r inquiry-1 -t contract --metadata '{"case":"42"}'`,
      'pg_dump acme | gzip | strongroom upload - --name acme.sql.gz -r backups -t other',
    ],
    remote: true,
  },
  {
    name: 'ls',
    takes: '',
    says: 'Lists documents, newest first.',
    options: [
      { name: 'record', short: 'r', value: 'ID', says: 'Those of this record.' },
      { name: 'type', short: 't', value: 'TYPE', says: 'Those of this document type.' },
      {
        name: 'state',
        value: 'STATE',
        offers: states,
        says: 'A comma list, or all; default: all but the trash.',
      },
      { name: 'after', value: 'TIME', says: 'Created after this time or date (ISO 8601).' },
      { name: 'before', value: 'TIME', says: 'Created before it.' },
      {
        name: 'sort',
        value: 'ORDER',
        offers: ['-createdAt', 'createdAt', 'filename', 'size'],
        says: 'With --record also filename or size.',
      },
      {
        name: 'search',
        short: 'q',
        value: 'TEXT',
        says: 'What their name or their record’s id begins with; not with --sort.',
      },
      { name: 'limit', short: 'n', value: 'N', says: 'How many at most; default: 50.' },
      { name: 'all', short: 'a', says: 'All there are.' },
      json,
      url,
    ],
    examples: [
      'strongroom ls --record inquiry-1',
      'strongroom ls --state deleted --after 2026-01-01',
      `strongroom ls --all --json | jq -r '.items[].id'`,
    ],
    remote: true,
  },
  {
    name: 'info',
    takes: 'ID',
    says: 'Shows one document.',
    options: [{ name: 'history', says: 'And what happened to it.' }, json, url],
    examples: ['strongroom info 019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11 --history'],
    remote: true,
  },
  {
    name: 'get',
    takes: 'ID',
    says: 'Downloads a document, and checks its digest.',
    more: `Writes to a file of the document's name in this folder. What is there already is not overwritten unless --force says so.
A file appears when it is whole; a line that is lost is taken up where it broke off.`,
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'FILE',
        offers: 'file',
        says: 'Another file, a folder, or - for standard output.',
      },
      { name: 'force', short: 'f', says: 'Overwrites.' },
      url,
    ],
    examples: [
      'strongroom get 019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11',
      'strongroom get 019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11 -o - | less',
    ],
    remote: true,
  },
  {
    name: 'link',
    takes: 'ID',
    says: 'Prints a link that opens a document without credentials.',
    options: [
      {
        name: 'expires',
        value: 'TIME',
        says: 'How long it works: 30s, 10m, 2h, 7d; default: 5m, at most 7d.',
      },
      { name: 'inline', says: 'Shown by the browser, where that is safe, instead of saved.' },
      json,
      url,
    ],
    examples: ['strongroom link 019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11 --expires 1h'],
    remote: true,
  },
  {
    name: 'rm',
    takes: 'ID…',
    says: 'Deletes documents; mostly into the trash.',
    more: 'Asks on a terminal. Elsewhere it takes --yes.',
    options: [{ name: 'yes', short: 'y', says: 'Does not ask.' }, json, url],
    examples: ['strongroom rm 019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11'],
    remote: true,
  },
  move('archive', 'Moves documents into the archive.'),
  move('unarchive', 'Takes documents out of the archive.'),
  move('restore', 'Takes documents out of the trash.'),
  {
    name: 'serve',
    takes: '',
    says: 'Runs the service until SIGTERM or SIGINT.',
    options: [settingsFile],
    examples: ['strongroom serve', 'strongroom serve --settings /etc/strongroom.env'],
  },
  {
    name: 'setup',
    takes: '',
    says: 'Asks for store and database, tries them, writes a settings file.',
    more: `On a terminal it asks for what is not given. Elsewhere it takes options, S3_SECRET_ACCESS_KEY and DATABASE_URL from the
environment, and writes nothing when something that is needed does not work. Secrets are no options: every user of a machine can
read the command lines of all.`,
    options: [
      { name: 'file', value: 'FILE', offers: 'file', says: 'Where to; default: strongroom.env, mode 0600.' },
      { name: 'store', value: 'KIND', offers: ['disk', 's3'], says: 'Where the bytes are kept.' },
      {
        name: 'data-dir',
        value: 'FOLDER',
        offers: 'file',
        says: 'Bytes on disk and records in SQLite; default: data.',
      },
      { name: 'bucket', value: 'NAME', says: 'It must exist.' },
      { name: 'region', value: 'NAME', says: 'Default: us-east-1.' },
      { name: 'endpoint', value: 'URL', says: 'Of an S3 other than AWS’s.' },
      { name: 'access-key-id', value: 'ID', says: 'Without one: the role or profile of this machine.' },
      { name: 'prefix', value: 'FOLDER', says: 'What all keys in the bucket begin with.' },
      { name: 'public-url', value: 'URL', says: 'How the service is reached, for links.' },
      { name: 'anyway', says: 'Writes the file though something does not work yet.' },
    ],
    examples: [
      'strongroom setup',
      'S3_SECRET_ACCESS_KEY=… strongroom setup --store s3 --bucket acme-documents --region eu-central-1 --access-key-id AKIA…',
    ],
  },
  {
    name: 'doctor',
    takes: '',
    says: 'Asks store and records what they can do.',
    more: `--fix-cors lets pages of ALLOWED_ORIGINS and of PUBLIC_URL send to the bucket where DIRECT_UPLOADS is on, and read from
it where LINK_MODE=redirect is. Rules that others made are kept.`,
    options: [
      { name: 'policy', says: 'Prints the smallest IAM policy instead.' },
      { name: 'fix-cors', says: 'Writes the CORS rules that the settings want into the bucket first.' },
      json,
      settingsFile,
    ],
    examples: [
      'strongroom doctor',
      'strongroom doctor --policy > policy.json',
      'strongroom doctor --fix-cors',
    ],
  },
  {
    name: 'keys',
    takes: 'create | list | code [ID] | revoke ID',
    says: 'Makes, shows and ends API keys: create, list, code, revoke.',
    more: `keys create    Makes an API key and prints it, this once. With scopes it may do nothing else, with a prefix
               it sees only records that begin so; without, it may do everything.
keys list      Shows every key without its secret.
keys code      Makes an address that signs a browser in as a key (by its ID), once, within an hour.
keys revoke ID Ends a key, named by its ID or itself; servers follow within 5 seconds.`,
    words: ['create', 'list', 'code', 'revoke'],
    options: [
      { name: 'name', value: 'NAME', says: 'create: what it is for.' },
      {
        name: 'scope',
        value: 'SCOPE',
        many: true,
        says: 'create: what it may do; several by several, or with commas.',
      },
      { name: 'record-prefix', value: 'TEXT', says: 'create: what the records that it sees begin with.' },
      json,
      settingsFile,
    ],
    examples: [
      'strongroom keys create --name app',
      'strongroom keys create --name reports --scope documents:read --record-prefix acme/',
      'strongroom keys revoke 2903c5dbcc2b',
    ],
  },
  {
    name: 'completion',
    takes: 'bash | zsh | fish',
    says: 'Prints what completes these commands in a shell.',
    words: ['bash', 'zsh', 'fish'],
    options: [],
    examples: [
      'source <(strongroom completion bash)',
      'source <(strongroom completion zsh)',
      'strongroom completion fish | source',
    ],
  },
  {
    name: 'help',
    takes: '[COMMAND]',
    says: 'Tells more of one command.',
    options: [],
    examples: ['strongroom help upload'],
  },
];

export function commandOf(name: string): Command | null {
  return commands.find((each) => each.name === name) ?? null;
}
