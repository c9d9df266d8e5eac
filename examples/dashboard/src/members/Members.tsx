import { useState } from 'react';
import { Refused } from '../parts/Refused.tsx';
import { useCan } from '../shell/can.ts';
import { Invitations } from './Invitations.tsx';
import { InviteForm } from './InviteForm.tsx';
import { MemberRows } from './MemberRows.tsx';

/** Members page by page, and the open invitations. */
export function Members() {
  const can = useCan();
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  if (!can('MEMBER_LIST')) return <Refused reason="Your roles show no people." />;
  return (
    <div className="grid">
      <section className="card wide">
        <h2>People</h2>
        <table>
          <thead>
            <tr>
              <th>Name</th>
              {can('MEMBER_READ_EMAIL') && <th>E-mail</th>}
              <th>Roles</th>
              <th>Joined</th>
              {can('MEMBER_REMOVE') && (
                <th>
                  <span className="hidden">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          {cursors.map((after, at) => (
            <MemberRows key={after} after={after} onMore={at === cursors.length - 1 ? next => setCursors([...cursors, next]) : null} />
          ))}
        </table>
      </section>
      {can('INVITATION_CREATE') && <InviteForm />}
      {can('INVITATION_LIST') && <Invitations />}
    </div>
  );
}
