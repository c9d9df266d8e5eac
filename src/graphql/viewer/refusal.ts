import { type Refusal, sentenceOf } from '../../access/refusal.ts';
import { builder } from '../core/builder.ts';
import { PlanCode } from '../plan/enums.ts';
import { PermissionName } from '../role/permission-name.ts';
import { RoleName } from '../role/role-name.ts';
import { TenantStatus } from '../tenant/tenant-status.ts';
import { ObstacleName, PrincipalName } from './enums.ts';

/** A refusal as data (SPEC G2). */
export const RefusalType = builder.objectRef<Refusal>('Refusal').implement({
  description: 'Why you lack a permission. A refused field has the same data in the `extensions` of its error.',
  fields: t => ({
    code: t.exposeString('code', { policy: 'public', description: 'The error code.' }),
    message: t.string({ policy: 'public', resolve: refusal => sentenceOf(refusal) }),
    permission: t.expose('permission', { type: PermissionName, policy: 'public', description: 'The permission that you lack.' }),
    because: t.expose('because', { type: ObstacleName, policy: 'public', description: 'The reason.' }),
    principals: t.field({
      type: [PrincipalName],
      policy: 'public',
      description: 'The kinds of caller that can have it.',
      resolve: ({ requires }) => [...requires.principals],
    }),
    roles: t.field({
      type: [RoleName],
      policy: 'public',
      description: 'Any of these roles would have it.',
      resolve: ({ requires }) => [...requires.roles],
    }),
    statuses: t.field({
      type: [TenantStatus],
      policy: 'public',
      description: 'The statuses of the tenant in which it is usable.',
      resolve: ({ requires }) => [...requires.statuses],
    }),
    plans: t.field({
      type: [PlanCode],
      policy: 'public',
      nullable: true,
      description: 'The plans that include the feature that it needs. Null: it needs none.',
      resolve: ({ requires }) => requires.plans && [...requires.plans],
    }),
    tenantStatus: t.expose('tenantStatus', {
      type: TenantStatus,
      policy: 'public',
      nullable: true,
      description: 'The current status of the tenant. Null outside of any tenant.',
    }),
  }),
});
