import type { PersonMembership } from '../../database/crossings.ts';
import { createTenant } from '../../domain/tenant/create.ts';
import { renameTenant } from '../../domain/tenant/rename.ts';
import { builder } from '../builder.ts';
import { ViewerMembership } from '../viewer/viewer-membership.ts';
import { Tenant } from './tenant.ts';

const CreateTenantInput = builder.inputType('CreateTenantInput', {
  fields: t => ({
    name: t.string({ required: true, description: 'The display name: 1 to 120 characters.' }),
    slug: t.string({
      description:
        'What people call it in `X-Tenant-Id`: 3 to 32 of a-z, 0-9 and single hyphens. Made from the name when left out. It never changes.',
    }),
    sells: t.boolean({ description: 'Whether it sells data. No, when left out.' }),
    buys: t.boolean({ description: 'Whether it buys data. Yes, when left out.' }),
    billingEmail: t.string({ description: 'Where bills go. Your own e-mail address, when left out.' }),
  }),
});

const CreateTenantPayload = builder.objectRef<{ membership: PersonMembership }>('CreateTenantPayload').implement({
  fields: t => ({
    membership: t.expose('membership', {
      type: ViewerMembership,
      policy: 'public',
      description: 'You in the new tenant. Name it in `X-Tenant-Id` to act in it.',
    }),
  }),
});

const RenameTenantInput = builder.inputType('RenameTenantInput', {
  fields: t => ({ name: t.string({ required: true, description: 'The new display name: 1 to 120 characters.' }) }),
});

const RenameTenantPayload = builder.objectRef<{ tenantId: string }>('RenameTenantPayload').implement({
  tenantOf: ({ tenantId }: { tenantId: string }) => tenantId,
  fields: t => ({
    tenant: t.prismaField({
      type: Tenant,
      policy: 'tenant:read',
      nullable: true,
      resolve: (query, { tenantId }, _args, { work }) => work.db.tenant.findUnique({ ...query, where: { id: tenantId } }),
    }),
  }),
});

builder.mutationFields(t => ({
  createTenant: t.field({
    type: CreateTenantPayload,
    policy: 'tenant:create',
    nullable: true,
    description: 'Founds a tenant on the Free plan, with you as its owner.',
    args: { input: t.arg({ type: CreateTenantInput, required: true }) },
    resolve: async (_root, { input }, { work, profile }) => ({ membership: await createTenant(work, profile!, input) }),
  }),
  renameTenant: t.field({
    type: RenameTenantPayload,
    policy: 'tenant:rename',
    nullable: true,
    description: "Changes the tenant's display name.",
    args: { input: t.arg({ type: RenameTenantInput, required: true }) },
    resolve: (_root, { input }, { work, grant }) => renameTenant(work, grant, input),
  }),
}));
