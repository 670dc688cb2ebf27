/** Ctrl-C and SIGTERM end the work through a signal, so that it can tidy up. Exit code 130 where it was ended by them. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort(new Error('interrupted'));
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    await work(ending.signal);
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
  if (ending.signal.aborted) {
    process.stderr.write('strongroom: ended.\n');
    process.exitCode = 130;
  }
}
