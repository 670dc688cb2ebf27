import { type Logger, pino } from 'pino';
import type { Settings } from '../settings.ts';

/** Bytes of lines that wait for a log which can't be written. They follow once it can; lines beyond them are lost. */
const mostWaiting = 256 * 1024;

/**
 * The operator's log: one JSON object a line on standard error, so that standard output keeps to what is meant for
 * people (the start-up lines) or was asked for (a key). Written at once, so that the last line before an end is there.
 * A log that can't be written, as on a full disk, does not end the process.
 */
export function createLog(level: Settings['logLevel']): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: mostWaiting });
  destination.on('error', () => {});
  return pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    destination,
  );
}
