import { builder } from '../core/builder.ts';
import { containing } from '../core/containing.ts';
import { RoleName } from '../core/enums.ts';
import { OLDEST_FIRST, type PageArgs, pageCost } from '../core/page.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Membership } from './membership.ts';

const MembershipFilter = builder.inputType('MembershipFilter', {
  description: 'Which members to list: those for whom everything given holds.',
  fields: t => ({
    role: t.field({ type: RoleName, description: 'Who have this role.' }),
    search: t.string({ description: 'Whose name contains this text, upper or lower case.' }),
  }),
});

function whereOf(filter: typeof MembershipFilter.$inferInput | null | undefined) {
  const name = containing(filter?.search);
  return { ...(filter?.role && { roles: { has: filter.role } }), ...(name && { user: { name } }) };
}

builder.prismaObjectField(Tenant, 'memberships', t =>
  t.connection(
    {
      type: Membership,
      policy: 'member:list',
      nullable: true,
      description: 'The members, in the order in which they joined.',
      args: { filter: t.arg({ type: MembershipFilter }) },
      complexity: pageCost,
      ...relatedPage({
        relation: 'memberships',
        type: 'Membership',
        order: OLDEST_FIRST,
        where: ({ filter }: PageArgs & { filter?: typeof MembershipFilter.$inferInput | null }) => whereOf(filter),
      }),
    },
    { name: 'TenantMembershipsConnection' },
    { name: 'TenantMembershipsEdge' },
  ),
);
