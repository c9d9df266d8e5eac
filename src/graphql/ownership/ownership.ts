import { cancelOwnershipTransfer } from '../../domain/ownership/cancel.ts';
import { confirmOwnershipTransfer } from '../../domain/ownership/confirm.ts';
import { type Requested, requestOwnershipTransfer } from '../../domain/ownership/request.ts';
import { builder } from '../core/builder.ts';
import { rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { tenantPayload } from '../tenant/payload.ts';
import { Tenant } from '../tenant/tenant.ts';

const OwnershipTransfer = builder.prismaObject('OwnershipTransfer', {
  description: 'The transfer of ownership that is under way.',
  tenantOf: (transfer: { tenantId: string }) => transfer.tenantId,
  select: { tenantId: true },
  fields: t => ({
    to: t.relation('to', { policy: 'ownership:transfer', nullable: true, description: 'Who is to be the owner.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'ownership:transfer', nullable: true }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'ownership:transfer', nullable: true }),
  }),
});

builder.objectField(Tenant, 'ownershipTransfer', t =>
  t.prismaField({
    type: OwnershipTransfer,
    policy: 'ownership:transfer',
    nullable: true,
    description: 'The transfer of ownership that waits for its code, or null.',
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
      description: 'What `confirmOwnershipTransfer` takes. It is shown this once.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'ownership:transfer', nullable: true }),
  }),
});

mutation('requestOwnershipTransfer', {
  policy: 'ownership:transfer',
  action: 'ownership.request',
  description:
    'The first of two calls that hand the tenant to another member. Nothing changes before the second. An earlier request is void.',
  input: t => ({ membershipId: t.globalID({ required: true, description: 'Who is to be the owner.' }) }),
  payload: RequestOwnershipTransferPayload,
  run: (command, { membershipId }) => requestOwnershipTransfer(command, { membership: rowRef('Membership', membershipId) }),
});

mutation('confirmOwnershipTransfer', {
  policy: 'ownership:transfer',
  action: 'ownership.confirm',
  description: 'The second call: the chosen member becomes the owner, and you an admin.',
  input: t => ({ code: t.string({ required: true }) }),
  payload: tenantPayload('ConfirmOwnershipTransferPayload'),
  run: (command, input) => confirmOwnershipTransfer(command, input),
});

mutation('cancelOwnershipTransfer', {
  policy: 'ownership:transfer',
  action: 'ownership.cancel',
  description: 'Cancels the transfer of ownership that waits for its code.',
  payload: tenantPayload('CancelOwnershipTransferPayload'),
  run: command => cancelOwnershipTransfer(command),
});
