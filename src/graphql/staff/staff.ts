import { arrangeEnterprise } from '../../domain/plan/arrange-enterprise.ts';
import { renameTenant } from '../../domain/tenant/rename.ts';
import { resumeTenant } from '../../domain/tenant/resume.ts';
import { suspendTenant } from '../../domain/tenant/suspend.ts';
import { builder } from '../core/builder.ts';
import { mutation } from '../core/mutation.ts';
import { readTenant, StaffTenantType, staffPlace } from './staff-tenant.ts';
import './tombstone.ts';

const TENANT = "The tenant's id.";

builder.queryField('staffTenant', t =>
  t.field({
    type: StaffTenantType,
    policy: 'staff:read-tenant',
    nullable: true,
    description: "Any tenant's control data, for platform staff; null where there is no such tenant.",
    args: { tenantId: t.arg.id({ required: true, description: TENANT }) },
    resolve: (_root, args, context) => readTenant(staffPlace(context, args)),
  }),
);

const staffPayload = (name: string) =>
  builder.objectRef<{ tenantId: string }>(name).implement({
    fields: t => ({
      tenant: t.field({
        type: StaffTenantType,
        policy: 'staff:read-tenant',
        nullable: true,
        resolve: (result, _args, context) => readTenant(staffPlace(context, result)),
      }),
    }),
  });

mutation('staffSuspendTenant', {
  policy: 'staff:suspend',
  action: 'tenant.suspend',
  place: staffPlace,
  description: 'Suspends a tenant: its members read, and are told why; nothing else is written but what resolves it.',
  input: t => ({
    tenantId: t.id({ required: true, description: TENANT }),
    reason: t.string({ required: true, description: 'For its members: 1 to 500 characters.' }),
  }),
  payload: staffPayload('StaffSuspendTenantPayload'),
  run: (command, input) => suspendTenant(command, input),
});

mutation('staffResumeTenant', {
  policy: 'staff:resume',
  action: 'tenant.resume',
  place: staffPlace,
  description: 'Resumes a suspended tenant: everything is as it was.',
  input: t => ({ tenantId: t.id({ required: true, description: TENANT }) }),
  payload: staffPayload('StaffResumeTenantPayload'),
  run: command => resumeTenant(command),
});

mutation('staffRenameTenant', {
  policy: 'staff:rename',
  action: 'tenant.staff_rename',
  place: staffPlace,
  description: "Changes a tenant's display name, also where its own members can't.",
  input: t => ({ tenantId: t.id({ required: true, description: TENANT }), name: t.string({ required: true }) }),
  payload: staffPayload('StaffRenameTenantPayload'),
  run: (command, input) => renameTenant(command, input),
});

const NO_CAP = 'At least 1; left out, or null, is no cap.';

mutation('staffArrangeEnterprise', {
  policy: 'staff:arrange-plan',
  action: 'plan.arrange_enterprise',
  place: staffPlace,
  description: 'Puts a tenant on Enterprise at once, with limits of its own, or changes those that it has.',
  input: t => ({
    tenantId: t.id({ required: true, description: TENANT }),
    memberLimit: t.int({ description: NO_CAP }),
    apiKeyLimit: t.int({ description: NO_CAP }),
    datasetLimit: t.int({ description: NO_CAP }),
    monthlyRetrievals: t.int({ description: NO_CAP }),
    costPointsPerMinute: t.int({ description: NO_CAP }),
  }),
  payload: staffPayload('StaffArrangeEnterprisePayload'),
  run: (command, input) => arrangeEnterprise(command, input),
});
