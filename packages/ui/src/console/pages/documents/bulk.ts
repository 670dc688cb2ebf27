/** What became of something that was done to many documents. */
export interface Outcome {
  readonly done: readonly string[];
  readonly failed: readonly { readonly id: string; readonly error: unknown }[];
}

/** At a time. Browsers open six connections to a server; the list needs some of them. */
const atOnce = 4;

/**
 * Does `act` to every id, a few at a time. One that fails does not keep the others from it; once `signal` fires no further
 * one is begun. `progress` is told how many are through.
 */
export async function toEach(
  ids: readonly string[],
  act: (id: string) => Promise<unknown>,
  progress: (through: number) => void,
  signal?: AbortSignal,
): Promise<Outcome> {
  const waiting = [...ids];
  const done: string[] = [];
  const failed: { id: string; error: unknown }[] = [];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined && !signal?.aborted; id = waiting.shift()) {
      try {
        await act(id);
        done.push(id);
      } catch (error) {
        failed.push({ id, error });
      }
      progress(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work));
  return { done, failed };
}
