import { type Audience, audienceOf } from '../../access/audience.ts';
import type { Permission } from '../../access/policy.ts';
import { builder } from '../core/builder.ts';
import { PlanCode } from '../plan/enums.ts';
import { PermissionName } from '../role/permission-name.ts';
import { RoleName } from '../role/role-name.ts';
import { TenantStatus } from '../tenant/tenant-status.ts';

type DocumentAudience = Audience & { readonly permissions: readonly Permission[] };

export const documentAudience = (permissions: ReadonlySet<Permission>): DocumentAudience => ({
  permissions: [...permissions].sort(),
  ...audienceOf(permissions),
});

export const DocumentAudienceType = builder.objectRef<DocumentAudience>('DocumentAudience').implement({
  description:
    'Who can run a document completely, without a refused field: with one of the roles, in one of the statuses, on one of the plans.',
  fields: t => ({
    permissions: t.field({
      type: [PermissionName],
      policy: 'public',
      description: 'The permissions of all its fields. None: everybody can run it, signed in or not.',
      resolve: ({ permissions }) => [...permissions],
    }),
    roles: t.field({
      type: [RoleName],
      policy: 'public',
      description: 'Each of these roles alone has all of the permissions. None: several roles are needed together, or none has them.',
      resolve: ({ roles }) => [...roles],
    }),
    statuses: t.field({
      type: [TenantStatus],
      policy: 'public',
      description: 'The statuses of the tenant in which these roles can run it.',
      resolve: ({ statuses }) => [...statuses],
    }),
    plans: t.field({
      type: [PlanCode],
      policy: 'public',
      description: 'The plans on which these roles can run it.',
      resolve: ({ plans }) => [...plans],
    }),
    apiKeys: t.boolean({
      policy: 'public',
      description: 'Whether an API key can run it that has all of the permissions as scopes, in an active tenant.',
      resolve: ({ isForKeys }) => isForKeys,
    }),
  }),
});
