import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../errors.ts';
import { type ConnectionOptions, Strongroom, StrongroomError } from './client.ts';
import type { CommandLine } from './command-line.ts';
import { environment } from './environment.ts';
import { workingFolder } from './working-folder.ts';

/** The service that a command works through. Raises StartError where it is not known as whom. */
export function connect(
  line: CommandLine,
  { retries = 2, places = null }: Pick<ConnectionOptions, 'retries' | 'places'> = {},
): Strongroom {
  const cwd = workingFolder();
  const { env } = environment(cwd);
  const url = urlOf(line.text('url') ?? process.env.STRONGROOM_URL?.trim(), env.PORT);
  const token = env.STRONGROOM_API_KEY?.trim() || firstKey(url, resolve(cwd, env.DATA_DIR?.trim() || 'data'));
  return new Strongroom({ url, token, retries, places });
}

function urlOf(given: string | undefined, port: string | undefined): URL {
  const text = given || `http://127.0.0.1:${port?.trim() || 8080}`;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new StartError(
      `${JSON.stringify(text)} is no URL of a service; it takes one such as https://documents.example.com.`,
    );
  return url;
}

/** The first key of the service on this machine is for this machine alone. */
function firstKey({ hostname }: URL, dataDir: string): string {
  const path = join(dataDir, 'first-key');
  const here = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const missing =
    'STRONGROOM_API_KEY is not set; `strongroom keys create`, where the service runs, makes a key.';
  if (!here) throw new StartError(missing);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new StartError(`${missing} (And there is no first key in ${path}: ${code}.)`, { cause: error });
  }
}

/** An error of the client as one line that says what to do; any other as it is. */
export function told(error: unknown): unknown {
  return error instanceof StrongroomError ? new StartError(sentence(error), { cause: error }) : error;
}

export function sentence({ code, message, requestId, contact, status }: StrongroomError): string {
  const advice: Readonly<Record<string, string>> = {
    unauthenticated: 'STRONGROOM_API_KEY must be a key of this service.',
    unreachable: 'Is it running, and is STRONGROOM_URL right?',
    unexpected_answer: 'STRONGROOM_URL must be that of a Strongroom.',
  };
  const whom = contact === null ? '' : ` Ask ${contact}.`;
  const where = (status ?? 0) >= 500 && requestId !== null ? ` Its log says more under ${requestId}.` : '';
  return `${message} (${code})${advice[code] === undefined ? '' : ` ${advice[code]}`}${where}${whom}`;
}
