/** Uploads of this page or program that are on their way, by their fingerprints. */
const here = new Set<string>();
const prefix = 'strongroom upload ';

/**
 * Says that the upload with this fingerprint is on its way, to the other tabs as well where the browser has Web Locks. Null when
 * it is so already in this page; else what says that it is over.
 */
export function beginOnce(fingerprint: string): (() => void) | null {
  if (here.has(fingerprint)) return null;
  here.add(fingerprint);
  const held = new Promise<void>((resolve) => {
    ends.set(fingerprint, resolve);
  });
  // Shared: whoever takes an upload over from another tab does not wait for it.
  locks()
    ?.request(prefix + fingerprint, { mode: 'shared' }, () => held)
    .catch(() => {});
  return () => {
    here.delete(fingerprint);
    ends.get(fingerprint)?.();
    ends.delete(fingerprint);
  };
}

const ends = new Map<string, () => void>();

/** The fingerprints of uploads that are on their way, here or, as far as the browser tells, in another tab. */
export async function underWay(): Promise<ReadonlySet<string>> {
  const { held = [] } =
    (await locks()
      ?.query()
      .catch(() => null)) ?? {};
  const elsewhere = held.flatMap(({ name = '' }) =>
    name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
  );
  return new Set([...here, ...elsewhere]);
}

/** Pages without TLS have none, nor has Node 20. */
function locks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

/** As much of the Web Locks API as is used. */
interface Locks {
  request(name: string, options: { mode: 'shared' }, held: () => Promise<void>): Promise<void>;
  query(): Promise<{ held?: readonly { name?: string }[] }>;
}
