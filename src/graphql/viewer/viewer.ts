import { createHash } from 'node:crypto';
import { holds } from '../../access/is-allowed.ts';
import { PERMISSIONS } from '../../access/policy.ts';
import { refusalOf } from '../../access/refusal.ts';
import { builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { PermissionName } from '../role/permission-name.ts';
import { DeprecatedUseType, deprecatedUsesBy } from './deprecated-use.ts';
import { PrincipalName } from './enums.ts';
import { RefusalType } from './refusal.ts';
import { ViewerApiKey } from './viewer-api-key.ts';
import { ViewerMembership } from './viewer-membership.ts';

/**
 * Names the caller in their tenant context, so that a normalizing cache keeps their permissions in
 * one tenant apart from those in another.
 */
function viewerId({ grant: { principal, tenantAccess }, profile }: Context): string {
  const parts = [principal.kind, profile?.issuer, profile?.subject, tenantAccess?.tenantId];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export const Viewer = builder.node(builder.objectRef<Context>('Viewer'), {
  description: 'The caller of the request, signed in or not.',
  id: { resolve: viewerId, policy: 'public' },
  loadWithoutCache: (id, context) => (id === viewerId(context) ? context : null),
  fields: t => ({
    principal: t.field({ type: PrincipalName, policy: 'public', resolve: ({ grant }) => grant.principal.kind }),
    name: t.string({ policy: 'public', nullable: true, resolve: ({ profile }) => profile?.name }),
    email: t.string({ policy: 'public', nullable: true, resolve: ({ profile }) => profile?.email }),
    emailVerified: t.boolean({ policy: 'public', nullable: true, resolve: ({ profile }) => profile?.emailVerified }),
    membership: t.field({
      type: ViewerMembership,
      policy: 'public',
      nullable: true,
      description: 'Your membership in the tenant in which the request acts. Null: it acts in none.',
      resolve: ({ membership }) => membership,
    }),
    apiKey: t.field({
      type: ViewerApiKey,
      policy: 'public',
      nullable: true,
      description: 'The API key that the request carries. Null: the caller is a person, or nobody.',
      resolve: ({ apiKey }) => apiKey,
    }),
    memberships: t.field({
      type: [ViewerMembership],
      policy: 'public',
      description: 'All of your memberships, oldest first. You can act in any of their tenants.',
      resolve: async ({ memberships }) => [...(await memberships())],
    }),
    permissions: t.field({
      type: [PermissionName],
      policy: 'public',
      description: 'Your permissions in the tenant in which the request acts.',
      resolve: ({ grant }) => PERMISSIONS.filter(name => holds(grant, name)),
    }),
    can: t.boolean({
      policy: 'public',
      description: 'Whether you have a permission, for example to hide a button.',
      args: { permission: t.arg({ type: PermissionName, required: true }) },
      resolve: ({ grant }, { permission }) => holds(grant, permission),
    }),
    refusal: t.field({
      type: RefusalType,
      policy: 'public',
      nullable: true,
      description: 'Why you lack a permission. Null: you have it.',
      args: { permission: t.arg({ type: PermissionName, required: true }) },
      resolve: ({ grant }, { permission }) => refusalOf(permission, grant),
    }),
    deprecatedUse: t.field({
      type: [DeprecatedUseType],
      policy: 'public',
      description:
        'The deprecated parts of the schema that your own operations named in the tenant in which the request acts. An operation counts if it was executed, also where a field of it was skipped or refused; it appears here a few seconds later. Empty outside of any tenant.',
      resolve: (context, _args, _context, { schema }) => deprecatedUsesBy(context, schema),
    }),
  }),
});

builder.queryField('viewer', t =>
  t.field({ type: Viewer, policy: 'public', description: 'The caller of the request.', resolve: (_root, _args, context) => context }),
);
