import { StartError, StrongroomError } from '../errors.ts';
import type { S3Settings } from '../settings.ts';
import { Environment } from './environment.ts';
import { readS3 } from './s3.ts';

/**
 * S3_* settings that somebody typed in, to be tried and not kept: validated as those of the service are, whose own count
 * for nothing here. Credentials must be among them: the service's would let whoever may try a bucket act by them, and
 * would go to whatever endpoint was typed in. Raises `invalid_input` on the field `settings.NAME`.
 */
export function readTrial(typed: Readonly<Record<string, string>>): S3Settings {
  const settings = readOrRefuse(new Environment(typed));
  if (settings === null) throw invalid('S3_BUCKET', 'is missing');
  if (settings.credentials === null)
    throw invalid('S3_ACCESS_KEY_ID', 'is missing: the credentials of the service are not tried elsewhere');
  return settings;
}

/** What a start would be stopped by begins with the setting's name, and says of a secret its length alone. */
function readOrRefuse(env: Environment): S3Settings | null {
  try {
    return readS3(env);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const [, name = 'S3_BUCKET', problem = error.message] = /^(\w+) (.+?)\.?$/s.exec(error.message) ?? [];
    throw invalid(name, problem);
  }
}

function invalid(name: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field: `settings.${name}`, problem });
}
