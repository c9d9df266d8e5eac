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
      description: 'You in the new tenant. Name it in `X-Tenant-Id` to act in it.',
    }),
  }),
});

mutation('createTenant', {
  policy: 'tenant:create',
  action: 'tenant.create',
  description: 'Founds a tenant on the Free plan, with you as its owner.',
  input: t => ({
    name: t.string({ required: true, description: 'The display name: 1 to 120 characters.' }),
    slug: t.string({
      description:
        'What people call it in `X-Tenant-Id`: 3 to 32 of a-z, 0-9 and single hyphens. Made from the name when left out. It never changes.',
    }),
    sells: t.boolean({ description: 'Whether it sells data. No, when left out.' }),
    buys: t.boolean({ description: 'Whether it buys data. Yes, when left out.' }),
    billingEmail: t.string({ description: 'Where bills go. Your own e-mail address, when left out.' }),
  }),
  payload: CreateTenantPayload,
  run: (command, input) => createTenant(command, input),
});

mutation('renameTenant', {
  policy: 'tenant:rename',
  action: 'tenant.rename',
  description: "Changes the tenant's display name.",
  input: t => ({ name: t.string({ required: true, description: 'The new display name: 1 to 120 characters.' }) }),
  payload: tenantPayload('RenameTenantPayload'),
  run: (command, input) => renameTenant(command, input),
});

mutation('setBillingEmail', {
  policy: 'billing-contact:update',
  action: 'tenant.set_billing_email',
  description: 'Changes the address that bills go to. It works while the tenant is suspended, too.',
  input: t => ({ email: t.string({ required: true }) }),
  payload: tenantPayload('SetBillingEmailPayload'),
  run: (command, input) => setBillingEmail(command, input),
});

mutation('setTenantSides', {
  policy: 'tenant:set-sides',
  action: 'tenant.set_sides',
  description:
    'Switches the provider side and the buyer side on and off, each by itself: what is left out stays. Nothing of a side that is off is lost.',
  input: t => ({
    sells: t.boolean({ description: 'Whether the tenant sells: off, its listings are not on the marketplace.' }),
    buys: t.boolean({ description: 'Whether the tenant buys: off, its entitlements are not used.' }),
  }),
  payload: tenantPayload('SetTenantSidesPayload'),
  run: (command, input) => setTenantSides(command, input),
});

mutation('requestTenantDeletion', {
  policy: 'deletion:request',
  action: 'deletion.request',
  description: 'Asks for the tenant to be deleted. For a grace period it can be read, and the owner can cancel; then it is gone for good.',
  input: t => ({ confirmation: t.string({ required: true, description: "The tenant's display name, typed to confirm." }) }),
  payload: tenantPayload('RequestTenantDeletionPayload'),
  run: (command, input) => requestDeletion(command, input),
});

mutation('cancelTenantDeletion', {
  policy: 'deletion:cancel',
  action: 'deletion.cancel',
  description: 'Cancels the deletion: the tenant is what it was before, suspended if it was.',
  payload: tenantPayload('CancelTenantDeletionPayload'),
  run: command => cancelDeletion(command),
});
