import { builder } from '../core/builder.ts';
import { containing } from '../core/containing.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { RoleName } from '../role/role-name.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Membership } from './membership.ts';

const MembershipFilter = builder.inputType('MembershipFilter', {
  description: 'Selects the members to list. All given conditions must hold.',
  fields: t => ({
    role: t.field({ type: RoleName, description: 'The member has this role.' }),
    search: t.string({ description: 'The name of the member contains this text, in upper or lower case. At most 200 characters.' }),
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
      description: 'The members, in the order of joining.',
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
