import type { FormEvent } from 'react';
import { useMutation } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { InviteMemberDocument, type RoleName } from '../gql/graphql.ts';
import { Problem } from '../parts/Problem.tsx';
import { words } from '../parts/words.ts';

const ROLES: readonly RoleName[] = ['ADMIN', 'SELLER_MANAGER', 'BUYER_MANAGER', 'OPERATOR', 'VIEWER'];

/** What the gateway refuses, such as a member too many for the plan, is said below the form. */
export function InviteForm() {
  const { refresh } = useLive();
  const [{ fetching, error, data }, invite] = useMutation(InviteMemberDocument);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const result = await invite({ input: { email: String(fields.get('email')), roles: [fields.get('role') as RoleName] } });
    if (!result.error) form.reset();
    refresh();
  }

  return (
    <section className="card">
      <h2>Invite</h2>
      <form onSubmit={submit}>
        <label>
          E-mail
          <input name="email" type="email" required autoComplete="off" />
        </label>
        <label>
          Role
          <select name="role" defaultValue="VIEWER">
            {ROLES.map(role => (
              <option key={role} value={role}>
                {words(role)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="primary" disabled={fetching}>
          Invite
        </button>
      </form>
      <p role="status">{data?.inviteMember?.invitation && `${data.inviteMember.invitation.email} is invited.`}</p>
      {error && <Problem error={error} />}
    </section>
  );
}
