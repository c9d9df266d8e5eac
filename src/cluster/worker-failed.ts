/** The first worker ended before it served. It has said why. */
export class WorkerFailedError extends Error {
  override name = 'WorkerFailedError';
}
