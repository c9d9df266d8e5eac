import { cancelOwnershipTransfer } from '../../domain/ownership/cancel.ts';
import { confirmOwnershipTransfer, type TransferredOwnership } from '../../domain/ownership/confirm.ts';
import { type Requested, requestOwnershipTransfer } from '../../domain/ownership/request.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { Membership } from '../membership/membership.ts';
import { tenantPayload } from '../tenant/payload.ts';
import { Tenant } from '../tenant/tenant.ts';

const OwnershipTransfer = builder.prismaNode('OwnershipTransfer', {
  description: 'A requested transfer of the ownership that is not yet confirmed.',
  tenantOf: (transfer: { tenantId: string }) => transfer.tenantId,
  nullable: true,
  id: { resolve: ({ tenantId }) => tenantId, policy: 'ownership:transfer', extensions: { columns: { id: 'tenantId' } } },
  findUnique: (tenantId, { services }) => ({ tenantId, expiresAt: { gt: services.clock.now() } }),
  select: { tenantId: true },
  fields: t => ({
    to: t.relation('to', { policy: 'ownership:transfer', nullable: true, description: 'The membership of the future owner.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'ownership:transfer', nullable: true }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'ownership:transfer', nullable: true }),
  }),
});

builder.objectField(Tenant, 'ownershipTransfer', t =>
  t.prismaField({
    type: OwnershipTransfer,
    policy: 'ownership:transfer',
    nullable: true,
    description: 'The transfer of the ownership that awaits confirmation. Null: none.',
    resolve: (query, _tenant, _args, { work, services }) =>
      work.db.ownershipTransfer.findFirst({ ...query, where: { expiresAt: { gt: services.clock.now() } } }),
  }),
);

const RequestOwnershipTransferPayload = builder.objectRef<Requested>('RequestOwnershipTransferPayload').implement({
  tenantOf: ({ tenantId }: Requested) => tenantId,
  fields: t => ({
    code: t.exposeString('code', {
      policy: 'ownership:transfer',
      nullable: true,
      description: 'The code to pass to `confirmOwnershipTransfer`. It is shown only once.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'ownership:transfer', nullable: true }),
    ownershipTransfer: t.prismaField({
      type: OwnershipTransfer,
      policy: 'ownership:transfer',
      nullable: true,
      description: 'The requested transfer. Null if it has ended since.',
      resolve: (query, { tenantId }, _args, { work }) => work.db.ownershipTransfer.findUnique({ ...query, where: { tenantId } }),
    }),
  }),
});

mutation('requestOwnershipTransfer', {
  policy: 'ownership:transfer',
  action: 'ownership.request',
  description:
    'Requests the transfer of the ownership to another member. Nothing changes before `confirmOwnershipTransfer`. The request replaces an earlier one.',
  input: t => ({ membershipId: t.globalID({ required: true, description: 'The membership of the future owner.' }) }),
  payload: RequestOwnershipTransferPayload,
  run: (command, { membershipId }) => requestOwnershipTransfer(command, { membership: rowRef('Membership', membershipId) }),
});

const ConfirmPayload = tenantPayload<TransferredOwnership>('ConfirmOwnershipTransferPayload');

builder.objectField(ConfirmPayload, 'memberships', t =>
  t.prismaField({
    type: [Membership],
    policy: 'member:list',
    nullable: true,
    description: 'Your membership and that of the new owner, in the order of joining.',
    resolve: (query, { membershipIds }, _args, { work }) =>
      work.db.membership.findMany({ ...query, where: { id: { in: [...membershipIds] } }, orderBy: { id: 'asc' } }),
  }),
);

mutation('confirmOwnershipTransfer', {
  policy: 'ownership:transfer',
  action: 'ownership.confirm',
  description: 'Confirms a transfer of the ownership: the other member becomes the owner, and you become an admin.',
  input: t => ({ code: t.string({ required: true, description: 'The code from `requestOwnershipTransfer`.' }) }),
  payload: ConfirmPayload,
  run: (command, input) => confirmOwnershipTransfer(command, input),
});

const CancelPayload = tenantPayload('CancelOwnershipTransferPayload');

builder.objectField(CancelPayload, 'cancelledOwnershipTransferId', t =>
  t.id({
    policy: 'public',
    description: 'The global id of the `OwnershipTransfer`, which is gone.',
    resolve: ({ tenantId }) => encodeGlobalId('OwnershipTransfer', tenantId),
  }),
);

mutation('cancelOwnershipTransfer', {
  policy: 'ownership:transfer',
  action: 'ownership.cancel',
  description: 'Cancels the transfer of the ownership that awaits confirmation.',
  payload: CancelPayload,
  run: command => cancelOwnershipTransfer(command),
});
