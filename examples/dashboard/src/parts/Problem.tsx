import type { CombinedError } from 'urql';

/** The message of a failed request. */
export function Problem({ error, onSignOut }: { error: CombinedError; onSignOut?: () => void }) {
  return (
    <div className="problem" role="alert">
      {error.networkError ? <p>The gateway does not answer.</p> : error.graphQLErrors.map(({ message }) => <p key={message}>{message}</p>)}
      {onSignOut && (
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      )}
    </div>
  );
}
