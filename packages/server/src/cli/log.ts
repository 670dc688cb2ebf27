import { type Logger, pino } from 'pino';
import type { Settings } from '../settings.ts';

/**
 * The operator's log: one JSON object a line on standard error, so that standard output keeps to what is meant for
 * people (the start-up lines) or was asked for (a key). Written at once, so that the last line before an end is there.
 */
export function createLog(level: Settings['logLevel']): Logger {
  return pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
