import { type CommandContext, runCommand } from '../core/command.ts';
import { emailAddress } from '../core/email.ts';

/**
 * Changes the billing address, also of a suspended tenant, because it may resolve the suspension
 * (SPEC S2).
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid address.
 */
export const setBillingEmail = (context: CommandContext, input: { email: string }): Promise<{ tenantId: string }> => {
  const billingEmail = emailAddress(input.email, 'The billing e-mail address');
  return runCommand(context, async ({ db, tenant, tenantId: id, record, enqueueWrite }) => {
    if (billingEmail === tenant.billingEmail) return { tenantId: id };
    enqueueWrite(db.tenant.updateMany({ data: { billingEmail } }));
    await record({ target: { type: 'Tenant', id }, before: { billingEmail: tenant.billingEmail }, after: { billingEmail } });
    return { tenantId: id };
  });
};
