import { linkTo } from '../../domain/retrieval/link.ts';
import { type Retrieval, retrieveObject } from '../../domain/retrieval/retrieve.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { mutation } from '../core/mutation.ts';

const RetrievalType = builder.objectRef<Retrieval>('Retrieval').implement({
  description: 'An object that was retrieved, and what it cost.',
  tenantOf: ({ tenantId }: Retrieval) => tenantId,
  fields: t => ({
    usageRecordId: t.id({
      policy: 'object:retrieve',
      nullable: true,
      description: 'Its `UsageRecord`.',
      resolve: ({ tenantId, retrievalId: id }) => encodeGlobalId('UsageRecord', rowId({ tenantId, id })),
    }),
    objectId: t.exposeID('objectId', { policy: 'object:retrieve', nullable: true }),
    name: t.exposeString('name', { policy: 'object:retrieve', nullable: true }),
    size: t.field({ type: 'ByteCount', policy: 'object:retrieve', nullable: true, resolve: ({ size }) => BigInt(size) }),
    mediaType: t.exposeString('mediaType', { policy: 'object:retrieve', nullable: true }),
    charge: t.field({
      type: MoneyType,
      policy: 'object:retrieve',
      nullable: true,
      description: 'What it cost.',
      resolve: ({ amount, currency }) => ({ amount, currency }),
    }),
    retrievedAt: t.expose('retrievedAt', { type: 'DateTime', policy: 'object:retrieve', nullable: true }),
    downloadLink: t.string({
      policy: 'object:retrieve',
      nullable: true,
      description: 'Where the bytes can be read until `expiresAt`, by whoever holds the link: keep it to yourself. Null after that.',
      resolve: (retrieval, _args, { services }) => linkTo(retrieval, services),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      policy: 'object:retrieve',
      nullable: true,
      description: '15 minutes after it was retrieved, also when the answer is given again.',
    }),
  }),
});

const RetrieveObjectPayload = builder.objectRef<Retrieval>('RetrieveObjectPayload').implement({
  tenantOf: ({ tenantId }: Retrieval) => tenantId,
  fields: t => ({
    retrieval: t.field({ type: RetrievalType, policy: 'object:retrieve', nullable: true, resolve: retrieval => retrieval }),
  }),
});

mutation('retrieveObject', {
  policy: 'object:retrieve',
  unlogged: 'its usage record is its record',
  keyed: true,
  description:
    "Retrieves an object, which costs its entitlement's price. A retry with the same idempotency key charges once, and answers the same.",
  input: t => ({
    entitlementId: t.globalID({ required: true }),
    objectId: t.id({ required: true, description: 'An `EntitledObject`.' }),
  }),
  payload: RetrieveObjectPayload,
  run: (command, { entitlementId, objectId }) =>
    retrieveObject(command, { entitlement: rowRef('Entitlement', entitlementId), objectId: String(objectId) }),
});
