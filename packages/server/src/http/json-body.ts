import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { StrongroomError } from '../errors.ts';
import { Intake, type RateLimits } from './intake.ts';

/** Bytes of a JSON request. The largest that makes sense is a PATCH with 8 KiB of metadata. */
const limit = 64 * 1024;

/**
 * The body as JSON (RFC 8259), undefined when it has no bytes. Raises `invalid_input` on field `body`, and what the
 * intake raises: a JSON body can be cut off or dripped as well as a file.
 */
export function readJson(request: IncomingMessage, limits: RateLimits): Promise<unknown> {
  const intake = new Intake(request, limits);
  const chunks: Buffer[] = [];
  return new Promise<unknown>((resolve, reject) => {
    intake.into({
      accept(bytes) {
        if (intake.received > limit) {
          reject(invalid(`has more than ${limit} bytes; send less`));
          return false;
        }
        chunks.push(bytes);
        return true;
      },
      end() {
        try {
          resolve(parsed(Buffer.concat(chunks)));
        } catch (error) {
          reject(error);
        }
      },
      fail: reject,
    });
    intake.flow();
  }).finally(() => intake.stop());
}

function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    if (isUtf8(bytes)) return JSON.parse(bytes.toString());
  } catch {
    // Said below.
  }
  throw invalid('is not JSON in UTF-8');
}

function invalid(problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field: 'body', problem });
}
