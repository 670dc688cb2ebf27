import { type DocumentType, StrongroomError } from '@strongroom/client';
import { claimedKind } from './kinds.ts';

/** The types under which `file` could be sent, by what is known without sending it. */
export function typesFor(file: File, types: readonly DocumentType[]): readonly DocumentType[] {
  return refusal(file, types) === null ? types.filter((type) => refusal(file, [type]) === null) : [];
}

/**
 * What the service would refuse about `file` under each of `types`: the same error, so that it is told in the same words.
 * Null when nothing speaks against one of them: the service looks into the bytes and has the last word.
 */
export function refusal(file: File, types: readonly DocumentType[]): StrongroomError | null {
  if (file.size === 0) return refused('empty_body', 422, {});
  const detected = claimedKind(file);
  const fitting = types.filter(({ accept }) => detected === '' || accept.includes(detected));
  if (fitting.length === 0) {
    const accepted = [...new Set(types.flatMap(({ accept }) => accept))];
    return refused('type_refused', 415, { detected, accepted });
  }
  const limit = Math.max(...fitting.map(({ maxSize }) => maxSize));
  return file.size > limit ? refused('too_large', 413, { limit, received: file.size }) : null;
}

/**
 * Raises `file_unreadable`, as the client does once it has tried to send it, for a file that was moved, changed or taken away since it was
 * chosen: browsers then fail to send it as if the network were gone.
 */
export async function assertReadable(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    throw new StrongroomError('file_unreadable', 'The file can’t be read any more.', { cause });
  }
}

function refused(code: string, status: number, parameters: Record<string, unknown>): StrongroomError {
  return new StrongroomError(code, `It was not sent, since the service refuses it: ${code}.`, {
    status,
    parameters,
  });
}
