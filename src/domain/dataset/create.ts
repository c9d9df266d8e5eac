import { uuidv7 as uuid } from 'uuidv7';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { applyDueChange } from '../plan/apply.ts';
import { capReached, limitsOn } from '../plan/limits.ts';
import { datasetDescription, datasetName } from './text.ts';

/** A dataset that was created or changed. */
export type ChangedDataset = { readonly tenantId: string; readonly datasetId: string };

/**
 * Creates a dataset within the plan's limit (SPEC M1, P3). Names needn't be unique.
 *
 * @throws {GatewayError} BAD_USER_INPUT; LIMIT_REACHED with the limit and the use.
 */
export const createDataset = (
  context: CommandContext,
  input: { name: string; description?: string | null | undefined },
): Promise<ChangedDataset> => {
  const name = datasetName(input.name);
  const description = datasetDescription(input.description ?? '');
  return runCommand(context, async command => {
    await checkRoom(command);
    const { db, now, record, enqueueWrite, tenantId } = command;
    const id = uuid();
    enqueueWrite(db.dataset.create({ data: { id, name, description, createdAt: now, updatedAt: now } }));
    await record({ target: { type: 'Dataset', id }, after: { name, description } });
    return { tenantId, datasetId: id };
  });
};

async function checkRoom(command: Command) {
  const { planCode } = await applyDueChange(command);
  const full = capReached('datasets', (await limitsOn(command.db, planCode)).datasetLimit, await command.db.dataset.count());
  if (full) throw full;
}
