import { useMutation, useQuery } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { MembersDocument, RemoveMemberDocument } from '../gql/graphql.ts';
import { day, words } from '../parts/words.ts';
import { useCan } from '../shell/can.ts';

/** One page of members. `onMore` is null unless it is the last one that is shown. */
export function MemberRows({ after, onMore }: { after: string | null; onMore: ((next: string) => void) | null }) {
  const can = useCan();
  const { context, refresh } = useLive();
  const withEmail = can('MEMBER_READ_EMAIL');
  const [{ data }] = useQuery({ query: MembersDocument, variables: { after, withEmail }, context });
  const [{ fetching, error }, remove] = useMutation(RemoveMemberDocument);
  const page = data?.tenant?.memberships;

  async function removeMember(membershipId: string) {
    await remove({ input: { membershipId } });
    refresh();
  }

  return (
    <tbody>
      {page?.edges.map(({ node: { id, roles, joinedAt, user } }) => (
        <tr key={id}>
          <th scope="row">{user?.name}</th>
          {withEmail && <td>{user?.email}</td>}
          <td>
            {roles?.map(role => (
              <span key={role} className="tag">
                {words(role)}
              </span>
            ))}
          </td>
          <td data-label="Joined">{joinedAt && day(joinedAt)}</td>
          {can('MEMBER_REMOVE') && (
            <td className="action">
              {!roles?.includes('OWNER') && (
                <button type="button" aria-label={`Remove ${user?.name}`} disabled={fetching} onClick={() => removeMember(id)}>
                  Remove
                </button>
              )}
            </td>
          )}
        </tr>
      ))}
      {(error || (onMore && page?.pageInfo.hasNextPage)) && (
        <tr>
          <td colSpan={5}>
            {error?.graphQLErrors.map(({ message }) => message)}
            {onMore && page?.pageInfo.hasNextPage && (
              <button type="button" onClick={() => onMore(page.pageInfo.endCursor!)}>
                More
              </button>
            )}
          </td>
        </tr>
      )}
    </tbody>
  );
}
