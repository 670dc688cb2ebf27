/** Settings as lines to paste: what a shell, systemd's EnvironmentFile or a `.env` sets the environment by. */

export type Form = 'export' | 'plain';

/** What stands in the place of a secret that is not to be seen. */
export const veil = '••••••••••••';

/** Settings in their order; what is empty is left out. `form`: with `export` before each, for a shell, or without. */
export function environmentBlock(settings: Readonly<Record<string, string>>, form: Form): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${form === 'export' ? 'export ' : ''}${name}=${quoted(value)}`)
    .join('\n');
}

/** As one word of a POSIX shell (XCU §2.2.2), which systemd and dotenv read alike where nothing needs quotes. */
export function quoted(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
