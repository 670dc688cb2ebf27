/** What begins and ends; both may be asked for at any time. */
interface Service<Options, Started> {
  start(options?: Options): Promise<Started>;
  stop(): Promise<void>;
}

/**
 * Lets a service start once and stop once, however often and in whatever order an app asks: a second start would close
 * what the first one uses, or listen where nobody closes it again. A start after the first, or after a stop, raises an
 * error. A stop in the middle of a start aborts `stopping` and waits for it; a second stop is the first one.
 */
export function oneLife<Options, Started>(
  service: Service<Options, Started>,
  stopping: AbortController,
): Service<Options, Started> {
  let started: Promise<Started> | null = null;
  let stopped: Promise<void> | null = null;
  const end = async () => {
    stopping.abort();
    await started?.catch(() => {});
    await service.stop();
  };
  return {
    async start(options) {
      if (started) throw new Error('it was started before: createStrongroom makes another');
      assertGoesOn(stopping.signal);
      started = service.start(options);
      return started;
    },
    stop() {
      stopped ??= end();
      return stopped;
    },
  };
}

/** Raises an error when the service was asked to stop. */
export function assertGoesOn(stopping: AbortSignal): void {
  if (stopping.aborted) throw new Error('it was stopped: createStrongroom makes another');
}
