import type { PersonMembership } from '../../database/queries/membership.ts';
import { cancelDeletion } from '../../domain/tenant/cancel-deletion.ts';
import { createTenant } from '../../domain/tenant/create.ts';
import { renameTenant } from '../../domain/tenant/rename.ts';
import { requestDeletion } from '../../domain/tenant/request-deletion.ts';
import { setBillingEmail } from '../../domain/tenant/set-billing-email.ts';
import { setTenantSides } from '../../domain/tenant/set-sides.ts';
import { builder } from '../core/builder.ts';
import { mutation } from '../core/mutation.ts';
import { ViewerMembership } from '../viewer/viewer-membership.ts';
import { tenantPayload } from './payload.ts';

const CreateTenantPayload = builder.objectRef<{ membership: PersonMembership }>('CreateTenantPayload').implement({
  fields: t => ({
    membership: t.expose('membership', {
      type: ViewerMembership,
      policy: 'public',
      description: 'Your membership in the new tenant. Send its tenant in the header `X-Tenant-Id` to act in the tenant.',
    }),
  }),
});

mutation('createTenant', {
  policy: 'tenant:create',
  action: 'tenant.create',
  description: 'Creates a tenant on the Free plan and makes you its owner.',
  input: t => ({
    name: t.string({ required: true, description: 'The display name: 1 to 120 characters.' }),
    slug: t.string({
      description:
        'A readable id for `X-Tenant-Id`: 3 to 32 characters of a-z, 0-9 and single hyphens. It can never change. Some words are reserved. Null or omitted: made from the name.',
    }),
    sells: t.boolean({ description: 'Whether the tenant sells data. Null or omitted: false.' }),
    buys: t.boolean({ description: 'Whether the tenant buys data. Null or omitted: true.' }),
    billingEmail: t.string({ description: 'The e-mail address for bills. Null or omitted: your own.' }),
  }),
  payload: CreateTenantPayload,
  run: (command, input) => createTenant(command, input),
});

mutation('renameTenant', {
  policy: 'tenant:rename',
  action: 'tenant.rename',
  description: 'Changes the display name of the tenant.',
  input: t => ({ name: t.string({ required: true, description: 'The new display name: 1 to 120 characters.' }) }),
  payload: tenantPayload('RenameTenantPayload'),
  run: (command, input) => renameTenant(command, input),
});

mutation('setBillingEmail', {
  policy: 'billing-contact:update',
  action: 'tenant.set_billing_email',
  description: 'Changes the e-mail address for bills. This is possible while the tenant is suspended, too.',
  input: t => ({ email: t.string({ required: true }) }),
  payload: tenantPayload('SetBillingEmailPayload'),
  run: (command, input) => setBillingEmail(command, input),
});

mutation('setTenantSides', {
  policy: 'tenant:set-sides',
  action: 'tenant.set_sides',
  description:
    'Switches selling (the provider side) and buying (the buyer side) on or off. A side that is left out stays as it is. Switching a side off deletes nothing.',
  input: t => ({
    sells: t.boolean({
      description: 'Whether the tenant sells. If not, its listings are hidden from the marketplace. Null or omitted: unchanged.',
    }),
    buys: t.boolean({ description: 'Whether the tenant buys. If not, its entitlements cannot be used. Null or omitted: unchanged.' }),
  }),
  payload: tenantPayload('SetTenantSidesPayload'),
  run: (command, input) => setTenantSides(command, input),
});

mutation('requestTenantDeletion', {
  policy: 'deletion:request',
  action: 'deletion.request',
  description:
    'Requests the deletion of the tenant. During a grace period its data can be read and the owner can cancel. Then it is deleted permanently.',
  input: t => ({ confirmation: t.string({ required: true, description: 'The display name of the tenant, to confirm.' }) }),
  payload: tenantPayload('RequestTenantDeletionPayload'),
  run: (command, input) => requestDeletion(command, input),
});

mutation('cancelTenantDeletion', {
  policy: 'deletion:cancel',
  action: 'deletion.cancel',
  description: 'Cancels the deletion of the tenant, which returns to its earlier status.',
  payload: tenantPayload('CancelTenantDeletionPayload'),
  run: command => cancelDeletion(command),
});
