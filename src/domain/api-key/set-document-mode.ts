import type { DocumentMode } from '../../access/document-mode.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import { heldLiveKey } from './held.ts';
import type { ChangedKey } from './narrow.ts';

/**
 * Sets whether an API key may send documents that aren't registered (SPEC G9). The mode that it has
 * already changes nothing and leaves no event.
 *
 * @throws {GatewayError} NOT_FOUND, KEY_ENDED.
 */
export const setApiKeyDocumentMode = (
  context: CommandContext,
  { apiKey, documentMode }: { apiKey: RowRef; documentMode: DocumentMode },
): Promise<ChangedKey> =>
  runCommand(context, async command => {
    const { id, documentMode: before } = await heldLiveKey(command, apiKey);
    const { db, record, enqueueWrite, tenantId } = command;
    if (before === documentMode) return { tenantId, apiKeyId: id };
    enqueueWrite(db.apiKey.updateMany({ where: { id }, data: { documentMode } }));
    await record({ target: { type: 'ApiKey', id }, before: { documentMode: before }, after: { documentMode } });
    return { tenantId, apiKeyId: id };
  });
