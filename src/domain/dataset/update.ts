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
 * Changes a dataset's name and description; what is left out stays (SPEC M1). Its listing says what
 * it says.
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
    enqueueWrite(db.dataset.updateMany({ where: { id }, data: { ...given, updatedAt: now } }));
    await record({ target: { type: 'Dataset', id }, before, after: { ...before, ...given } });
    return { tenantId, datasetId: id };
  });
};
