import { createApiKey, type KeyWithSecret } from '../../domain/api-key/create.ts';
import { handOverApiKey } from '../../domain/api-key/hand-over.ts';
import { type ChangedKey, narrowApiKey } from '../../domain/api-key/narrow.ts';
import { revokeApiKey } from '../../domain/api-key/revoke.ts';
import { OVERLAP, rotateApiKey } from '../../domain/api-key/rotate.ts';
import { setApiKeyDocumentMode } from '../../domain/api-key/set-document-mode.ts';
import { builder } from '../core/builder.ts';
import { rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { PermissionName } from '../role/permission-name.ts';
import { DocumentMode } from '../trusted-document/document-mode.ts';
import { ApiKey } from './api-key.ts';

/** A payload with the changed key. */
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

/** A payload with the key and its secret. */
const secretPayload = (name: string, policy: 'api-key:create' | 'api-key:update') =>
  builder.objectRef<KeyWithSecret>(name).implement({
    tenantOf: ({ tenantId }: KeyWithSecret) => tenantId,
    fields: t => ({
      secret: t.exposeString('secret', {
        policy,
        nullable: true,
        description: 'The secret, to send as `Authorization: Bearer <secret>`. It is shown only once and cannot be read again.',
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
  description: 'Creates an API key and makes you its holder. The secret is shown only in this response.',
  input: t => ({
    name: t.string({ required: true, description: 'A name for the key: 1 to 80 characters.' }),
    scopes: t.field({
      type: [PermissionName],
      required: true,
      description:
        'The permissions of the key: at least one, and only those that you have yourself. `Query.permissions` lists which an API key can have (`principals` contains `API_KEY`).',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When the key expires. Null or omitted: never.' }),
    documentMode: t.field({
      type: DocumentMode,
      description: 'What becomes of documents that are not registered. Null or omitted: `OFF`.',
    }),
    costPointsPerMinute: t.int({
      description:
        "The cost points a minute that the key may spend of the tenant's budget: 1 or more. Null or omitted: all of them. It stays as long as the key.",
    }),
  }),
  payload: secretPayload('CreateApiKeyPayload', 'api-key:create'),
  run: (command, input) => createApiKey(command, input),
});

mutation('narrowApiKey', {
  policy: 'api-key:update',
  action: 'api_key.narrow',
  description: 'Reduces the scopes of an API key. If you are not its holder, you need `api-key:update-any`.',
  input: t => ({
    apiKeyId: t.globalID({ required: true, description: 'The global id of an `ApiKey`.' }),
    scopes: t.field({
      type: [PermissionName],
      required: true,
      description: 'The scopes to keep: at least one, and only ones that the key has.',
    }),
  }),
  payload: keyPayload('NarrowApiKeyPayload'),
  run: (command, { apiKeyId, scopes }) => narrowApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId), scopes }),
});

mutation('rotateApiKey', {
  policy: 'api-key:update',
  action: 'api_key.rotate',
  description:
    'Gives an API key a new secret. The earlier one keeps working for a while. If you are not the holder, you need `api-key:update-any`.',
  input: t => ({
    apiKeyId: t.globalID({ required: true, description: 'The global id of an `ApiKey`.' }),
    overlapMinutes: t.int({
      description: `How long the earlier secret keeps working: 0 to ${OVERLAP.max} minutes. Null or omitted: ${OVERLAP.default} (one day).`,
    }),
  }),
  payload: secretPayload('RotateApiKeyPayload', 'api-key:update'),
  run: (command, { apiKeyId, overlapMinutes }) => rotateApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId), overlapMinutes }),
});

mutation('revokeApiKey', {
  policy: 'api-key:update',
  action: 'api_key.revoke',
  description: 'Revokes an API key at once and permanently. If you are not its holder, you need `api-key:update-any`.',
  input: t => ({ apiKeyId: t.globalID({ required: true, description: 'The global id of an `ApiKey`.' }) }),
  payload: keyPayload('RevokeApiKeyPayload'),
  run: (command, { apiKeyId }) => revokeApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId) }),
});

mutation('setApiKeyDocumentMode', {
  policy: 'api-key:update',
  action: 'api_key.set_document_mode',
  description:
    'Sets what becomes of documents that are not registered and that an API key sends. If you are not its holder, you need `api-key:update-any`.',
  input: t => ({
    apiKeyId: t.globalID({ required: true, description: 'The global id of an `ApiKey`.' }),
    documentMode: t.field({ type: DocumentMode, required: true }),
  }),
  payload: keyPayload('SetApiKeyDocumentModePayload'),
  run: (command, { apiKeyId, documentMode }) => setApiKeyDocumentMode(command, { apiKey: rowRef('ApiKey', apiKeyId), documentMode }),
});

mutation('handOverApiKey', {
  policy: 'api-key:update-any',
  action: 'api_key.hand_over',
  description: 'Makes another member the holder of an API key. The secret and the scopes stay the same.',
  input: t => ({
    apiKeyId: t.globalID({ required: true, description: 'The global id of an `ApiKey`.' }),
    membershipId: t.globalID({ required: true, description: 'The new holder: a member with a role that may manage API keys.' }),
  }),
  payload: keyPayload('HandOverApiKeyPayload'),
  run: (command, { apiKeyId, membershipId }) =>
    handOverApiKey(command, { apiKey: rowRef('ApiKey', apiKeyId), membership: rowRef('Membership', membershipId) }),
});
