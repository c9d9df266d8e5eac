import { type CommandContext, runCommand } from '../core/command.ts';
import { emailAddress } from '../core/email.ts';

/**
 * Changes the address that bills go to (SPEC S2: also while suspended, for it may resolve that).
 *
 * @throws {GatewayError} BAD_USER_INPUT for what is no address.
 */
export const setBillingEmail = (context: CommandContext, input: { email: string }): Promise<{ tenantId: string }> => {
  const billingEmail = emailAddress(input.email, 'The billing e-mail address');
  return runCommand(context, async ({ db, tenant, tenantId: id, record, enqueueWrite }) => {
    enqueueWrite(db.tenant.updateMany({ data: { billingEmail } }));
    await record({ target: { type: 'Tenant', id }, before: { billingEmail: tenant.billingEmail }, after: { billingEmail } });
    return { tenantId: id };
  });
};
