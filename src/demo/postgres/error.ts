/** The embedded PostgreSQL can't run. The message is a sentence for the person who started it. */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError';
}

/** The code of a system error (`ENOENT`), or undefined for anything else that was thrown. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
