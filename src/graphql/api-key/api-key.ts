import { isPermission } from '../../access/policy.ts';
import { prefixOf, SHOWN } from '../../domain/api-key/secret.ts';
import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { PermissionName } from '../role/permission-name.ts';
import { DocumentMode } from '../trusted-document/document-mode.ts';
import { isMember } from './holders.ts';

export const ApiKey = builder.prismaNode('ApiKey', {
  description:
    'A key for a program that acts in the tenant. It has the permissions that its scopes name. It belongs to the tenant and stays valid when its holder leaves.',
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
      description: `The key's first ${SHOWN} characters, to recognize it by. They stay the same after a rotation.`,
      resolve: ({ id }) => prefixOf(id),
    }),
    scopes: t.field({
      type: [PermissionName],
      policy: 'api-key:read',
      nullable: true,
      description: 'The permissions that the key has.',
      select: { scopes: true },
      resolve: ({ scopes }) => scopes.filter(isPermission),
    }),
    holderName: t.exposeString('holderName', {
      policy: 'api-key:read',
      nullable: true,
      description: 'The name of the member who is responsible for the key: its creator, or the member it was handed over to.',
    }),
    holderLeft: t.boolean({
      policy: 'api-key:read',
      nullable: true,
      description: 'Whether the holder has left the tenant. The key still works: narrow it, hand it over, or revoke it.',
      select: { holderId: true },
      resolve: async ({ holderId }, _args, { work }) => !(await isMember(work, holderId)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'api-key:read', nullable: true }),
    rotatedAt: t.expose('rotatedAt', {
      type: 'DateTime',
      policy: 'api-key:read',
      nullable: true,
      description: 'When the secret was last replaced. Null: never.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      policy: 'api-key:read',
      nullable: true,
      description: 'When the key expires. Null: never.',
    }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', policy: 'api-key:read', nullable: true, description: 'Null: not revoked.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      policy: 'api-key:read',
      nullable: true,
      description: 'When the key was last used, to the minute. Null: never.',
    }),
    documentMode: t.field({
      type: DocumentMode,
      policy: 'api-key:read',
      nullable: true,
      description: 'What becomes of documents that are not registered.',
      ...columnOf('documentMode'),
    }),
    costPointsPerMinute: t.exposeInt('costPointsPerMinute', {
      policy: 'api-key:read',
      nullable: true,
      description: "The cost points a minute that the key may spend of the tenant's budget. Null: all of them.",
    }),
    earlierSecretUntil: t.field({
      type: 'DateTime',
      policy: 'api-key:read',
      nullable: true,
      description: 'Until when the secret from before the last rotation still works. Null: it no longer does.',
      select: { earlierExpiresAt: true },
      resolve: ({ earlierExpiresAt }, _args, { services }) =>
        earlierExpiresAt && earlierExpiresAt > services.clock.now() ? earlierExpiresAt : null,
    }),
  }),
});
