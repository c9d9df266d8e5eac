import { useState } from 'react';

/** Who is signed in, and the slug of the tenant that they look at. */
export type Session = { readonly persona: string; readonly tenant: string };

const KEY = 'session';

/** The session of this tab. It survives a reload, and has no token in it. */
export function useSession(): [Session | null, (session: Session | null) => void] {
  const [session, setSession] = useState<Session | null>(() => JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
  const change = (changed: Session | null) => {
    sessionStorage.setItem(KEY, JSON.stringify(changed));
    setSession(changed);
  };
  return [session, change];
}
