import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { type AppVersion, appVersion, noteChange, targetOf } from './version.ts';

/** Retired documents that a tenant keeps, so that they are refused by name; the oldest go first. */
export const KEPT = 2_000;

/** How many documents were retired. */
export type RetiredDocuments = AppVersion & { readonly tenantId: string; readonly count: number };

/**
 * Retires a version of an app: from the next request on its documents are refused, unless another
 * version has them (SPEC G9). A version that is retired already changes nothing, without an event.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND.
 */
export const retireDocuments = (context: CommandContext, input: AppVersion): Promise<RetiredDocuments> => {
  const named = appVersion(input);
  return runCommand(context, async command => {
    const { db, now, record, tenantId } = command;
    const [all, count] = await Promise.all([
      db.trustedDocument.count({ where: named }),
      db.trustedDocument.count({ where: { ...named, retiredAt: null } }),
    ]);
    if (!all) throw new GatewayError('NOT_FOUND', 'No documents of this version of the app are registered.');
    if (count) {
      await db.trustedDocument.updateMany({ where: { ...named, retiredAt: null }, data: { retiredAt: now } });
      await dropOldest(command);
      await noteChange(command);
      await record({ target: targetOf(named), before: { ...named, documents: count }, after: { ...named, documents: 0 } });
    }
    return { tenantId, ...named, count };
  });
};

/** Deletes retired documents beyond {@link KEPT}, all that were retired at one moment together. */
async function dropOldest({ db, enqueueWrite }: Command): Promise<void> {
  const [newestToDrop] = await db.trustedDocument.findMany({
    where: { retiredAt: { not: null } },
    select: { retiredAt: true },
    orderBy: { retiredAt: 'desc' },
    skip: KEPT,
    take: 1,
  });
  if (newestToDrop) enqueueWrite(db.trustedDocument.deleteMany({ where: { retiredAt: { lte: newestToDrop.retiredAt! } } }));
}
