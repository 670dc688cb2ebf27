import { StrongroomError } from './errors.ts';
import type { Report, StoreDoctor, Uses } from './objects/doctor.ts';
import { readTrial } from './settings/trial.ts';
import type { S3Settings } from './settings.ts';

/** Each holds connections, and the doctor lets one last a minute. */
const atOnce = 4;

/**
 * Tries S3_* settings that were typed in: what the service itself runs on is not asked, told or changed, and nothing of
 * what was typed is logged or kept. Raises `invalid_input`, `busy`, `aborted`.
 */
export function trialsBy(
  doctorOf: (settings: S3Settings, uses: Uses) => Promise<StoreDoctor>,
  uses: Uses,
): (typed: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Report> {
  let running = 0;
  return async (typed, signal) => {
    const settings = readTrial(typed);
    if (running >= atOnce) throw new StrongroomError('busy', {});
    running += 1;
    try {
      return await (await doctorOf(settings, uses)).examine({ signal });
    } finally {
      running -= 1;
    }
  };
}
