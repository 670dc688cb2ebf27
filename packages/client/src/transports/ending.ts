import type { Connection } from '../connection.ts';
import { StrongroomError } from '../error.ts';

/** Milliseconds. Who gave it up waits no longer; the service gives up what nobody goes on with. */
const waitsFor = 5_000;

/** Where the uploads of each transport are. */
export const collections = { tus: '/v1/uploads', direct: '/v1/direct-uploads' } as const;

export function uploadPath(transport: keyof typeof collections, id: string): string {
  return `${collections[transport]}/${encodeURIComponent(id)}`;
}

/** tus 1.0: every request of it says so. */
export const tusHeaders = { 'tus-resumable': '1.0.0' } as const;

/** Ends it on the service, and has to. Raises StrongroomError, also where it is over already. */
export async function mustEnd(
  connection: Connection,
  { transport, id }: { readonly transport: 'tus' | 'direct'; readonly id: string },
  signal: AbortSignal,
): Promise<void> {
  const headers = transport === 'tus' ? tusHeaders : {};
  const path = uploadPath(transport, id);
  await connection.answer({ method: 'DELETE', path, headers, signal, repeatable: false });
}

/** Raised for an upload whose bytes are not all known to be of this file: they are ended, so it begins anew. */
export function ofAnotherFile(): StrongroomError {
  return new StrongroomError('upload_ended', 'What is stored may be of another file.', { status: 410 });
}

/** Ends it on the service, as well as that can be done: one that can't be ended, or is over, is left to the service. */
export async function endUpload(
  connection: Connection,
  { transport, id }: { readonly transport: 'tus' | 'direct'; readonly id: string },
): Promise<void> {
  const headers = transport === 'tus' ? tusHeaders : {};
  try {
    const signal = AbortSignal.timeout(waitsFor);
    await connection.answer({ method: 'DELETE', path: uploadPath(transport, id), headers, signal });
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
  }
}
