import { changesIn } from '../core/changes.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';

/** A side that is left out or null stays as it is. */
export type SidesInput = { readonly sells?: boolean | null | undefined; readonly buys?: boolean | null | undefined };

/**
 * Switches the bound tenant's provider side and buyer side on and off, independently (SPEC M4).
 * While a side is off, its listings aren't on the marketplace, or its entitlements can't be used;
 * nothing is lost.
 *
 * @throws {GatewayError} BAD_USER_INPUT when neither side is given.
 */
export const setTenantSides = (context: CommandContext, { sells, buys }: SidesInput): Promise<{ tenantId: string }> => {
  const given = { ...(sells != null && { sells }), ...(buys != null && { buys }) };
  if (!Object.keys(given).length) throw badInput('Give `sells`, `buys` or both.');
  return runCommand(context, async ({ db, record, tenantId: id }) => {
    const sides = { sells: true, buys: true } as const;
    const before = await db.tenant.findFirstOrThrow({ select: sides });
    if (!changesIn(before, given)) return { tenantId: id };
    const after = await db.tenant.update({ where: { id }, data: given, select: sides });
    await record({ target: { type: 'Tenant', id }, before, after });
    return { tenantId: id };
  });
};
