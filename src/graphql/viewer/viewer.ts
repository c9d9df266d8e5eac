import { holds } from '../../access/is-allowed.ts';
import { PERMISSIONS } from '../../access/policy.ts';
import { type Refusal, refusalOf, sentenceOf } from '../../access/refusal.ts';
import { builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { ObstacleName, PlanCode, PrincipalName, RoleName, TenantStatus } from '../core/enums.ts';
import { ViewerMembership } from './viewer-membership.ts';

const RefusalType = builder.objectRef<Refusal>('Refusal').implement({
  description: "Why you lack a permission: the same as in a refused field's `extensions`.",
  fields: t => ({
    code: t.exposeString('code', { policy: 'public' }),
    message: t.string({ policy: 'public', resolve: refusal => sentenceOf(refusal) }),
    because: t.expose('because', { type: ObstacleName, policy: 'public', description: 'What stands in the way.' }),
    roles: t.field({
      type: [RoleName],
      policy: 'public',
      description: 'Any of these would do.',
      resolve: ({ requires }) => [...requires.roles],
    }),
    statuses: t.field({
      type: [TenantStatus],
      policy: 'public',
      description: 'It works in these statuses.',
      resolve: ({ requires }) => [...requires.statuses],
    }),
    plans: t.field({
      type: [PlanCode],
      policy: 'public',
      nullable: true,
      description: 'These plans have the feature; null when it needs none.',
      resolve: ({ requires }) => requires.plans && [...requires.plans],
    }),
    tenantStatus: t.expose('tenantStatus', { type: TenantStatus, policy: 'public', nullable: true }),
  }),
});

const Viewer = builder.objectRef<Context>('Viewer').implement({
  description: 'Who the request acts as. Always there, signed in or not.',
  fields: t => ({
    principal: t.field({ type: PrincipalName, policy: 'public', resolve: ({ grant }) => grant.principal.kind }),
    name: t.string({ policy: 'public', nullable: true, resolve: ({ profile }) => profile?.name }),
    email: t.string({ policy: 'public', nullable: true, resolve: ({ profile }) => profile?.email }),
    emailVerified: t.boolean({ policy: 'public', nullable: true, resolve: ({ profile }) => profile?.emailVerified }),
    membership: t.field({
      type: ViewerMembership,
      policy: 'public',
      nullable: true,
      description: 'Your membership in the tenant that the request acts in; null outside of any.',
      resolve: ({ membership }) => membership,
    }),
    memberships: t.field({
      type: [ViewerMembership],
      policy: 'public',
      description: 'All of your memberships, oldest first: the tenants that you can act in.',
      resolve: async ({ memberships }) => [...(await memberships())],
    }),
    permissions: t.field({
      type: ['PermissionName'],
      policy: 'public',
      description: 'All that you may do here.',
      resolve: ({ grant }) => PERMISSIONS.filter(name => holds(grant, name)),
    }),
    can: t.boolean({
      policy: 'public',
      description: 'Whether you may do something here, so that a client can hide a button.',
      args: { permission: t.arg({ type: 'PermissionName', required: true }) },
      resolve: ({ grant }, { permission }) => holds(grant, permission),
    }),
    refusal: t.field({
      type: RefusalType,
      policy: 'public',
      nullable: true,
      description: 'Why you may not do something here, or null if you may.',
      args: { permission: t.arg({ type: 'PermissionName', required: true }) },
      resolve: ({ grant }, { permission }) => refusalOf(permission, grant),
    }),
  }),
});

builder.queryField('viewer', t =>
  t.field({ type: Viewer, policy: 'public', description: 'Who the request acts as.', resolve: (_root, _args, context) => context }),
);
