import type { Client } from '@ipto/client';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { OperationContext } from 'urql';
import { TenantChangedDocument } from '../gql/graphql.ts';

type Live = {
  /** The context of queries: they are read again when it changes. */
  readonly context: Partial<OperationContext>;
  readonly refresh: () => void;
  /** Whether changes arrive. */
  readonly isLive: boolean;
};

const LiveContext = createContext<Live | null>(null);

export const useLive = (): Live => useContext(LiveContext)!;

/**
 * Everything that is shown is read again when the tenant changes: its status, plan or name, here or
 * elsewhere. A page calls `refresh` after a change of its own.
 */
export function LiveProvider({ client, children }: { client: Client; children: ReactNode }) {
  const [changes, setChanges] = useState(0);
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    follow(client, leaving.signal, () => {
      setLive(true);
      setChanges(count => count + 1);
    }).catch(() => setLive(false));
    return () => leaving.abort();
  }, [client]);
  const live = useMemo(
    () => ({
      context: { requestPolicy: 'cache-and-network' as const, changes },
      refresh: () => setChanges(count => count + 1),
      isLive,
    }),
    [changes, isLive],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Calls back for each change, and whenever one may have been missed. */
async function follow(client: Client, signal: AbortSignal, onChange: () => void): Promise<void> {
  for await (const _ of client.subscribe(TenantChangedDocument, {}, { signal })) onChange();
}
