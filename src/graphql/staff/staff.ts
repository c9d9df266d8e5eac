import { replaceOwner } from '../../domain/ownership/replace.ts';
import { arrangeEnterprise } from '../../domain/plan/arrange-enterprise.ts';
import { renameTenant } from '../../domain/tenant/rename.ts';
import { resumeTenant } from '../../domain/tenant/resume.ts';
import { suspendTenant } from '../../domain/tenant/suspend.ts';
import { builder } from '../core/builder.ts';
import { rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { namedTenant, readTenant, StaffTenantType } from './staff-tenant.ts';
import './tombstone.ts';

const TENANT = 'The `tenantId` of the tenant.';

builder.queryField('staffTenant', t =>
  t.field({
    type: StaffTenantType,
    policy: 'staff:read-tenant',
    nullable: true,
    description: 'The administrative data of any tenant, for platform staff. Null if there is no such tenant.',
    args: { tenantId: t.arg.id({ required: true, description: TENANT }) },
    resolve: (_root, args, context) => readTenant(namedTenant(context, args)),
  }),
);

const staffPayload = (name: string) =>
  builder.objectRef<{ tenantId: string }>(name).implement({
    fields: t => ({
      tenant: t.field({
        type: StaffTenantType,
        policy: 'staff:read-tenant',
        nullable: true,
        resolve: (result, _args, context) => readTenant(namedTenant(context, result)),
      }),
    }),
  });

mutation('staffSuspendTenant', {
  policy: 'staff:suspend',
  action: 'tenant.suspend',
  place: namedTenant,
  description:
    'Suspends a tenant. Its members can still read and see the reason. They can only make changes that end the suspension, and leave.',
  input: t => ({
    tenantId: t.id({ required: true, description: TENANT }),
    reason: t.string({ required: true, description: 'The reason, which the members see: 1 to 500 characters.' }),
  }),
  payload: staffPayload('StaffSuspendTenantPayload'),
  run: (command, input) => suspendTenant(command, input),
});

mutation('staffResumeTenant', {
  policy: 'staff:resume',
  action: 'tenant.resume',
  place: namedTenant,
  description: 'Ends the suspension of a tenant.',
  input: t => ({ tenantId: t.id({ required: true, description: TENANT }) }),
  payload: staffPayload('StaffResumeTenantPayload'),
  run: command => resumeTenant(command),
});

mutation('staffRenameTenant', {
  policy: 'staff:rename',
  action: 'tenant.staff_rename',
  place: namedTenant,
  description: "Changes a tenant's display name, even in a status in which its members cannot.",
  input: t => ({ tenantId: t.id({ required: true, description: TENANT }), name: t.string({ required: true }) }),
  payload: staffPayload('StaffRenameTenantPayload'),
  run: (command, input) => renameTenant(command, input),
});

mutation('staffReplaceOwner', {
  policy: 'staff:replace-owner',
  action: 'ownership.replace',
  place: namedTenant,
  description:
    'Makes another member the owner, when the owner can never sign in again. The previous owner becomes an admin. The owner and all admins get an e-mail.',
  input: t => ({
    tenantId: t.id({ required: true, description: TENANT }),
    membershipId: t.globalID({ required: true, description: 'The global id of a `Membership` of the tenant: the new owner.' }),
    reason: t.string({ required: true, description: 'The reason, which the members see: 1 to 500 characters.' }),
  }),
  payload: staffPayload('StaffReplaceOwnerPayload'),
  run: (command, { membershipId, reason }) => replaceOwner(command, { membership: rowRef('Membership', membershipId), reason }),
});

const LIMIT = 'At least 1. Default, and null: no limit.';

mutation('staffArrangeEnterprise', {
  policy: 'staff:arrange-plan',
  action: 'plan.arrange_enterprise',
  place: namedTenant,
  description: 'Puts a tenant on the Enterprise plan at once with limits of its own, or replaces the limits of a tenant on that plan.',
  input: t => ({
    tenantId: t.id({ required: true, description: TENANT }),
    memberLimit: t.int({ description: LIMIT }),
    apiKeyLimit: t.int({ description: LIMIT }),
    datasetLimit: t.int({ description: LIMIT }),
    webhookLimit: t.int({ description: LIMIT }),
    monthlyRetrievals: t.int({ description: LIMIT }),
    costPointsPerMinute: t.int({ description: LIMIT }),
  }),
  payload: staffPayload('StaffArrangeEnterprisePayload'),
  run: (command, input) => arrangeEnterprise(command, input),
});
