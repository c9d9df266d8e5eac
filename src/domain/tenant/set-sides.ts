import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';

/** What is left out, or null, stays as it is. */
export type SidesInput = { readonly sells?: boolean | null | undefined; readonly buys?: boolean | null | undefined };

/**
 * Switches the bound tenant's provider side and buyer side on and off, each by itself (SPEC M4).
 * Nothing of a side that is off is lost: its listings are not on the marketplace, its entitlements
 * are not used, until it is on again.
 *
 * @throws {GatewayError} BAD_USER_INPUT when neither is said.
 */
export const setTenantSides = (context: CommandContext, { sells, buys }: SidesInput): Promise<{ tenantId: string }> => {
  const given = { ...(sells != null && { sells }), ...(buys != null && { buys }) };
  if (!Object.keys(given).length) throw badInput('Say what of `sells` and `buys` is to be on or off.');
  return runCommand(context, async ({ db, record, tenantId: id }) => {
    const sides = { sells: true, buys: true } as const;
    const before = await db.tenant.findFirstOrThrow({ select: sides });
    const after = await db.tenant.update({ where: { id }, data: given, select: sides });
    await record({ target: { type: 'Tenant', id }, before, after });
    return { tenantId: id };
  });
};
