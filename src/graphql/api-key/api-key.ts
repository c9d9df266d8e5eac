import { isPermission } from '../../access/policy.ts';
import { prefixOf, SHOWN } from '../../domain/api-key/secret.ts';
import { builder } from '../core/builder.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { isMember } from './holders.ts';

/** An API key, without its secret: that is told once, when it is made. */
export const ApiKey = builder.prismaNode('ApiKey', {
  description:
    "A key by which a program acts in the tenant, with what the key's scopes name. It is the tenant's, and outlives its holder's membership.",
  tenantOf: (key: { tenantId: string }) => key.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'api-key:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true, createdAt: true },
  fields: t => ({
    name: t.exposeString('name', { policy: 'api-key:read', nullable: true }),
    prefix: t.string({
      policy: 'api-key:read',
      nullable: true,
      description: `The key's first ${SHOWN} characters, to tell which one it is. The same after a rotation.`,
      resolve: ({ id }) => prefixOf(id),
    }),
    scopes: t.field({
      type: ['PermissionName'],
      policy: 'api-key:read',
      nullable: true,
      description: 'The permissions that it carries.',
      select: { scopes: true },
      resolve: ({ scopes }) => scopes.filter(isPermission),
    }),
    holderName: t.exposeString('holderName', {
      policy: 'api-key:read',
      nullable: true,
      description: 'Who answers for it: who made it, or to whom it was handed over.',
    }),
    holderLeft: t.boolean({
      policy: 'api-key:read',
      nullable: true,
      description: 'Whether that person is no member any more. The key works on: narrow it, hand it over, or revoke it.',
      select: { holderId: true },
      resolve: async ({ holderId }, _args, { work }) => !(await isMember(work, holderId)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'api-key:read', nullable: true }),
    rotatedAt: t.expose('rotatedAt', { type: 'DateTime', policy: 'api-key:read', nullable: true }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      policy: 'api-key:read',
      nullable: true,
      description: 'When it ends by itself. Null is never.',
    }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', policy: 'api-key:read', nullable: true }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', policy: 'api-key:read', nullable: true, description: 'To the minute.' }),
    earlierSecretUntil: t.field({
      type: 'DateTime',
      policy: 'api-key:read',
      nullable: true,
      description: 'Until when the secret from before the last rotation works; null when it does no more.',
      select: { earlierExpiresAt: true },
      resolve: ({ earlierExpiresAt }, _args, { services }) =>
        earlierExpiresAt && earlierExpiresAt > services.clock.now() ? earlierExpiresAt : null,
    }),
  }),
});
