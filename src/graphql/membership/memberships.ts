import { queryFromInfo } from '@pothos/plugin-prisma';
import { builder } from '../builder.ts';
import { containing } from '../containing.ts';
import { RoleName } from '../enums.ts';
import { OLDEST_FIRST, page, pageCost } from '../page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Membership } from './membership.ts';

const MembershipFilter = builder.inputType('MembershipFilter', {
  description: 'Which members to list: those for whom everything given holds.',
  fields: t => ({
    role: t.field({ type: RoleName, description: 'Who have this role.' }),
    search: t.string({ description: 'Whose name contains this text, upper or lower case.' }),
  }),
});

const whereOf = (filter: typeof MembershipFilter.$inferInput | null | undefined) => ({
  ...(filter?.role && { roles: { has: filter.role } }),
  ...(filter?.search && { user: { name: containing(filter.search) } }),
});

builder.objectField(Tenant, 'memberships', t =>
  t.connection(
    {
      type: Membership,
      policy: 'member:list',
      nullable: true,
      description: 'The members, in the order in which they joined.',
      args: { filter: t.arg({ type: MembershipFilter }) },
      complexity: pageCost,
      resolve: (_tenant, { filter, ...args }, context, info) => {
        const where = whereOf(filter);
        const { membership } = context.work.db;
        const selected = queryFromInfo({ context, info, typeName: 'Membership', paths: [['edges', 'node'], ['nodes']] }) as object;
        return page(
          args,
          OLDEST_FIRST,
          query => membership.findMany({ ...selected, ...query, where: { AND: [where, query.where] } }),
          () => membership.count({ where }),
        );
      },
    },
    { name: 'TenantMembershipsConnection' },
    { name: 'TenantMembershipsEdge' },
  ),
);
