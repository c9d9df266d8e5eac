import { linkTo } from '../../domain/retrieval/link.ts';
import { type RenewedLink, renewDownloadLink } from '../../domain/retrieval/renew-link.ts';
import { type Retrieval, retrieveObject } from '../../domain/retrieval/retrieve.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, entitledId, entitledRow, idOfType, rowId, rowRef } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { mutation } from '../core/mutation.ts';

const RetrievalType = builder.objectRef<Retrieval>('Retrieval').implement({
  description: 'The retrieval of an object.',
  tenantOf: ({ tenantId }: Retrieval) => tenantId,
  fields: t => ({
    id: t.id({
      policy: 'object:retrieve',
      description: 'The global id of the retrieval. It cannot be read again: see `usageRecordId`.',
      resolve: ({ tenantId, retrievalId: id }) => encodeGlobalId('Retrieval', rowId({ tenantId, id })),
    }),
    usageRecordId: t.id({
      policy: 'object:retrieve',
      nullable: true,
      description: 'The global id of the `UsageRecord` of the retrieval.',
      resolve: ({ tenantId, retrievalId: id }) => encodeGlobalId('UsageRecord', rowId({ tenantId, id })),
    }),
    objectId: t.id({
      policy: 'object:retrieve',
      nullable: true,
      description: 'The global id of the `EntitledObject`.',
      resolve: ({ objectId: id, ...retrieval }) => encodeGlobalId('EntitledObject', entitledId({ ...retrieval, id })),
    }),
    name: t.exposeString('name', { policy: 'object:retrieve', nullable: true }),
    size: t.field({ type: 'ByteCount', policy: 'object:retrieve', nullable: true, resolve: ({ size }) => BigInt(size) }),
    sha256: t.exposeString('sha256', {
      policy: 'object:retrieve',
      nullable: true,
      description: 'The SHA-256 checksum in 64 hexadecimal digits.',
    }),
    mediaType: t.exposeString('mediaType', { policy: 'object:retrieve', nullable: true }),
    charge: t.field({
      type: MoneyType,
      policy: 'object:retrieve',
      nullable: true,
      description: 'The price of the retrieval.',
      resolve: ({ amount, currency }) => ({ amount, currency }),
    }),
    retrievedAt: t.expose('retrievedAt', { type: 'DateTime', policy: 'object:retrieve', nullable: true }),
    downloadLink: t.string({
      policy: 'object:retrieve',
      nullable: true,
      description:
        'A link to download the bytes, valid until `expiresAt`. It needs no sign-in, so keep it secret. Null once it has expired: `renewDownloadLink` gives another.',
      resolve: (retrieval, _args, { services }) => linkTo(retrieval, services),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      policy: 'object:retrieve',
      nullable: true,
      description: '15 minutes after the retrieval. A retry with the same idempotency key returns the same time.',
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
    'Retrieves an object for the price of its entitlement. A retry with the same idempotency key returns the same response and is not charged again.',
  input: t => ({
    entitlementId: t.globalID({ required: true, description: 'The global id of an `Entitlement`.' }),
    objectId: t.globalID({ required: true, description: 'The global id of an `EntitledObject`, of the same entitlement.' }),
  }),
  payload: RetrieveObjectPayload,
  run: (command, { entitlementId, objectId }) =>
    retrieveObject(command, {
      entitlement: rowRef('Entitlement', entitlementId),
      object: entitledRow(idOfType('EntitledObject', objectId)),
    }),
});

const RenewDownloadLinkPayload = builder.objectRef<RenewedLink>('RenewDownloadLinkPayload').implement({
  tenantOf: ({ tenantId }: RenewedLink) => tenantId,
  fields: t => ({
    downloadLink: t.string({
      policy: 'object:retrieve',
      nullable: true,
      description: 'A link to download the bytes, valid until `expiresAt`. Keep it secret. Null once it has expired.',
      resolve: (link, _args, { services }) => linkTo(link, services),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'object:retrieve', nullable: true }),
  }),
});

mutation('renewDownloadLink', {
  policy: 'object:retrieve',
  unlogged: 'its usage record is its record',
  description:
    'Gives a paid retrieval a new download link, valid for 15 minutes, without another charge. Possible for a day after the retrieval (by default) while the provider sells.',
  input: t => ({ usageRecordId: t.globalID({ required: true, description: 'The global id of the `UsageRecord` of the retrieval.' }) }),
  payload: RenewDownloadLinkPayload,
  run: (command, { usageRecordId }) => renewDownloadLink(command, { usageRecord: rowRef('UsageRecord', usageRecordId) }),
});
