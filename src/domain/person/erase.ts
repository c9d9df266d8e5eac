import { beginErasure, finishErasures } from '../../database/queries/erasure.ts';
import { wakeJobs } from '../../database/queries/jobs.ts';
import type { Profile } from '../../database/queries/person.ts';
import type { CommandContext } from '../core/command.ts';
import { canonicalAddress } from '../core/email.ts';
import { GatewayError } from '../core/errors.ts';
import { normalized } from '../core/text.ts';

/**
 * Erases the caller (SPEC R10), confirmed by their e-mail address, or by their name if their token
 * has no address. At once the token belongs to nobody that we know: signing up again founds a new
 * person. A job in each tenant does the rest (`erase-in-tenant.ts`).
 *
 * @throws {GatewayError} CONFIRMATION_MISMATCH; OWNS_TENANTS with the slugs of the `tenants`.
 */
export async function eraseMyself(context: CommandContext, { confirmation }: { confirmation: string }): Promise<{ requestedAt: Date }> {
  const { work, services } = context;
  const profile = context.profile!;
  checkConfirmation(profile, confirmation);
  const now = services.clock.now();
  return work.transaction(async ({ query }) => {
    const { owned, tenants } = await beginErasure(query, profile, now);
    if (owned.length)
      throw new GatewayError('OWNS_TENANTS', `You own ${owned.join(', ')}. Transfer the ownership or delete the tenant first.`, {
        tenants: owned,
      });
    for (const tenantId of tenants) await wakeJobs(query, tenantId);
    if (!tenants.length) await finishErasures(query, now);
    return { requestedAt: now };
  });
}

function checkConfirmation({ name, email }: Profile, confirmation: string): void {
  const isConfirmed = email === null ? normalized(confirmation) === name : canonicalAddress(confirmation.trim()) === email;
  if (!isConfirmed) throw new GatewayError('CONFIRMATION_MISMATCH', `Type your ${email === null ? 'name' : 'e-mail address'} to confirm.`);
}
