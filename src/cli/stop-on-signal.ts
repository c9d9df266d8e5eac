/**
 * Calls `stop` and exits on the first SIGINT or SIGTERM; exits at once on the second. Returns what
 * does the same as a signal.
 */
export function stopOnSignal(stop: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let isStopping = false;
  const onSignal = () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    stop().then(
      () => process.exit(0),
      error => {
        onError(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return onSignal;
}
