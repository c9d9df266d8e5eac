import type { CombinedError } from 'urql';

/** Why a field isn't shown; `at` is its path, with `*` for every index. Null if it wasn't refused. */
export function refusalOf(error: CombinedError | undefined, at: string): string | null {
  return error?.graphQLErrors.find(({ extensions }) => 'because' in extensions && extensions.pattern === at)?.message ?? null;
}

export const Refused = ({ reason }: { reason: string }) => <p className="refused">{reason}</p>;
