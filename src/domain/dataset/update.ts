import { changesIn } from '../core/changes.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedDataset } from './create.ts';
import { namedDataset } from './named.ts';
import { datasetDescription, datasetName } from './text.ts';

export type UpdateDatasetInput = {
  readonly dataset: RowRef;
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
};

/**
 * Changes a dataset's name and description; a value that is left out or null stays (SPEC M1). The
 * listing isn't changed.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND.
 */
export const updateDataset = (context: CommandContext, input: UpdateDatasetInput): Promise<ChangedDataset> => {
  const given = {
    ...(input.name != null && { name: datasetName(input.name) }),
    ...(input.description != null && { description: datasetDescription(input.description) }),
  };
  return runCommand(context, async command => {
    const { db, now, record, enqueueWrite, tenantId } = command;
    const { id, name, description } = await namedDataset(command, input.dataset);
    const before = { name, description };
    if (!changesIn(before, given)) return { tenantId, datasetId: id };
    enqueueWrite(db.dataset.updateMany({ where: { id }, data: { ...given, updatedAt: now } }));
    await record({ target: { type: 'Dataset', id }, before, after: { ...before, ...given } });
    return { tenantId, datasetId: id };
  });
};
