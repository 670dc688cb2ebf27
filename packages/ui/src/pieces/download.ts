import type { Document, Strongroom } from '@strongroom/client';

/**
 * Saves a document where the browser saves files. By a link where the caller may make one: it goes straight to the disk, however
 * large. Else through the page's memory.
 *
 * Raises what the client raises.
 */
export async function download(
  client: Strongroom,
  { id, filename }: Pick<Document, 'id' | 'filename'>,
  { byLink, signal }: { readonly byLink: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  if (byLink) {
    const { url } = await client.link(id, { disposition: 'attachment', signal });
    return save(url, filename);
  }
  const answer = await client.content(id, { signal });
  const url = URL.createObjectURL(await answer.blob());
  save(url, filename);
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function save(url: string, filename: string): void {
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = filename;
  anchor.rel = 'noreferrer';
  anchor.click();
}
