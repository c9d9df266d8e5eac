import { createApiKey, type KeyWithSecret } from '../../domain/api-key/create.ts';
import { handOverApiKey } from '../../domain/api-key/hand-over.ts';
import { type ChangedKey, narrowApiKey } from '../../domain/api-key/narrow.ts';
import { revokeApiKey } from '../../domain/api-key/revoke.ts';
import { OVERLAP, rotateApiKey } from '../../domain/api-key/rotate.ts';
import { SHOWN } from '../../domain/api-key/secret.ts';
import { builder } from '../core/builder.ts';
import { rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { ApiKey } from './api-key.ts';

/** A payload that leads to the key that was changed. */
const keyPayload = (name: string) =>
  builder.objectRef<ChangedKey>(name).implement({
    tenantOf: ({ tenantId }: ChangedKey) => tenantId,
    fields: t => ({
      apiKey: t.prismaField({
        type: ApiKey,
        policy: 'api-key:read',
        nullable: true,
        resolve: (query, { tenantId, apiKeyId: id }, _args, { work }) =>
          work.db.apiKey.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

/** The same with the secret, for those who may be told it. */
const secretPayload = (name: string, policy: 'api-key:create' | 'api-key:update') =>
  builder.objectRef<KeyWithSecret>(name).implement({
    tenantOf: ({ tenantId }: KeyWithSecret) => tenantId,
    fields: t => ({
      secret: t.exposeString('secret', {
        policy,
        nullable: true,
        description: 'The key, for `Authorization: Bearer`. It is told this once, and kept nowhere.',
      }),
      apiKey: t.prismaField({
        type: ApiKey,
        policy: 'api-key:read',
        nullable: true,
        resolve: (query, { tenantId, apiKeyId: id }, _args, { work }) =>
          work.db.apiKey.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

mutation('createApiKey', {
  policy: 'api-key:create',
  action: 'api_key.create',
  description: `Makes an API key, which you hold. Its first ${SHOWN} characters tell it from others; the rest is told this once.`,
  input: t => ({
    name: t.string({ required: true, description: 'What it is for: 1 to 80 characters.' }),
    scopes: t.field({
      type: ['PermissionName'],
      required: true,
      description:
        'What it may do: one at least, and nothing that you may not do yourself. `permissions` says which are open to `API_KEY`.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends by itself. Never, when left out.' }),
  }),
  payload: secretPayload('CreateApiKeyPayload', 'api-key:create'),
  run: (command, input) => createApiKey(command, input),
});

mutation('narrowApiKey', {
  policy: 'api-key:update',
  action: 'api_key.narrow',
  description: "Leaves an API key with some of its scopes. Another's needs `api-key:update-any`.",
  input: t => ({
    apiKeyId: t.globalID({ required: true }),
    scopes: t.field({ type: ['PermissionName'], required: true, description: 'One at least of those that it has, and no other.' }),
  }),
  payload: keyPayload('NarrowApiKeyPayload'),
  run: (command, { apiKeyId, scopes }) => narrowApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId), scopes }),
});

mutation('rotateApiKey', {
  policy: 'api-key:update',
  action: 'api_key.rotate',
  description: "Gives an API key a new secret. The one that it had works for a while yet. Another's needs `api-key:update-any`.",
  input: t => ({
    apiKeyId: t.globalID({ required: true }),
    overlapMinutes: t.int({
      description: `How long the earlier secret works: 0 to ${OVERLAP.max} minutes. ${OVERLAP.default}, a day, when left out.`,
    }),
  }),
  payload: secretPayload('RotateApiKeyPayload', 'api-key:update'),
  run: (command, { apiKeyId, overlapMinutes }) => rotateApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId), overlapMinutes }),
});

mutation('revokeApiKey', {
  policy: 'api-key:update',
  action: 'api_key.revoke',
  description: "Ends an API key at once and for good. Another's needs `api-key:update-any`.",
  input: t => ({ apiKeyId: t.globalID({ required: true }) }),
  payload: keyPayload('RevokeApiKeyPayload'),
  run: (command, { apiKeyId }) => revokeApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId) }),
});

mutation('handOverApiKey', {
  policy: 'api-key:update-any',
  action: 'api_key.hand_over',
  description: 'Gives an API key another holder, who manages it from then on. Its secret and its scopes stay.',
  input: t => ({
    apiKeyId: t.globalID({ required: true }),
    membershipId: t.globalID({ required: true, description: 'A member whose roles may hold API keys.' }),
  }),
  payload: keyPayload('HandOverApiKeyPayload'),
  run: (command, { apiKeyId, membershipId }) =>
    handOverApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId), membership: rowRef('Membership', membershipId) }),
});
