import { useMemo } from 'react';
import { Provider } from 'urql';
import { connect } from './gateway/connect.ts';
import { LiveProvider } from './gateway/live.tsx';
import { tokensOf } from './session/demo.ts';
import { SignIn } from './session/SignIn.tsx';
import { type Session, useSession } from './session/session.ts';
import { Shell } from './shell/Shell.tsx';

export function App() {
  const [session, setSession] = useSession();
  return session ? <SignedIn session={session} onChange={setSession} /> : <SignIn onSignIn={setSession} />;
}

/** Another tenant gets another connection, and with it an empty cache and new components. */
function SignedIn({ session: { persona, tenant }, onChange }: { session: Session; onChange: (session: Session | null) => void }) {
  const tokens = useMemo(() => tokensOf(persona), [persona]);
  const { urql, client } = useMemo(() => connect(tokens, tenant), [tokens, tenant]);
  return (
    <Provider value={urql} key={tenant}>
      <LiveProvider client={client}>
        <Shell tenant={tenant} onTenant={slug => onChange({ persona, tenant: slug })} onSignOut={() => onChange(null)} />
      </LiveProvider>
    </Provider>
  );
}
