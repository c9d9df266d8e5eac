import { useMutation, useQuery } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { InvitationsDocument, RevokeInvitationDocument } from '../gql/graphql.ts';
import { Problem } from '../parts/Problem.tsx';
import { day, words } from '../parts/words.ts';
import { useCan } from '../shell/can.ts';

export function Invitations() {
  const can = useCan();
  const { context, refresh } = useLive();
  const [{ data }] = useQuery({ query: InvitationsDocument, context });
  const [{ fetching, error }, revoke] = useMutation(RevokeInvitationDocument);
  const invitations = data?.tenant?.invitations?.edges ?? [];

  async function revokeInvitation(invitationId: string) {
    await revoke({ input: { invitationId } });
    refresh();
  }

  return (
    <section className="card">
      <h2>Invitations</h2>
      {invitations.length === 0 && <p>None is open.</p>}
      <ul className="rows">
        {invitations.map(({ node: { id, email, roles, expiresAt } }) => (
          <li key={id}>
            <span>
              {email} <small>{`${roles?.map(words).join(', ')}, until ${expiresAt && day(expiresAt)}`}</small>
            </span>
            {can('INVITATION_REVOKE') && (
              <button
                type="button"
                aria-label={`Revoke the invitation of ${email}`}
                disabled={fetching}
                onClick={() => revokeInvitation(id)}
              >
                Revoke
              </button>
            )}
          </li>
        ))}
      </ul>
      {error && <Problem error={error} />}
    </section>
  );
}
