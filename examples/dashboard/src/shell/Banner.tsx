import type { ShellQuery } from '../gql/graphql.ts';

const CONSEQUENCES = {
  SUSPENDED: 'is suspended. You can read; changes are not possible, and programs have no access.',
  PENDING_DELETION: 'will be deleted. Until then you can read and export.',
  DELETED: 'is deleted.',
};

/** Says that the tenant isn't active, and why. Appears, and goes, while the page is open. */
export function Banner({ tenant }: { tenant: ShellQuery['tenant'] }) {
  const { name, status, statusReason } = tenant ?? {};
  return (
    <div role="status">
      {status && status !== 'ACTIVE' && (
        <p className="banner">
          <strong>
            {name} {CONSEQUENCES[status]}
          </strong>{' '}
          {statusReason}
        </p>
      )}
    </div>
  );
}
