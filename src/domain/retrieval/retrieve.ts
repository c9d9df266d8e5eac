import { uuidv7 as uuid } from 'uuidv7';
import { writeEvent } from '../../database/queries/event.ts';
import { type NotRetrieved, type Retrieved, writeRetrieval } from '../../database/queries/retrieval.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import { checkBuys } from '../entitlement/side.ts';
import { outboxEvent } from '../event/payload.ts';
import { retrievalCap, takePlace } from './cap.ts';

/** How long a download link is valid, minutes. */
export const LINK_MINUTES = 15;

/** A retrieval, as it is returned and stored under its idempotency key. */
export type Retrieval = Retrieved & {
  readonly tenantId: string;
  readonly retrievalId: string;
  readonly entitlementId: string;
  readonly objectId: string;
  readonly retrievedAt: Date;
  /** When the download link expires. */
  readonly expiresAt: Date;
};

/** An object as an entitlement names it. */
export type EntitledRef = RowRef & { readonly entitlementId: string };

/** Why there is no object, in a sentence. */
export const MESSAGES: Readonly<Record<NotRetrieved['refused'], string>> = {
  NOT_FOUND: 'No open entitlement of this tenant has an object with this id.',
  PROVIDER_UNAVAILABLE: 'The provider is not selling at the moment. The entitlement stays; try again later.',
  PROVIDER_GONE: 'The provider or the dataset was deleted.',
};

/**
 * Retrieves an object of an entitlement for the entitlement's price (SPEC M3). Usage record, charge
 * and earning are written in one transaction; a retry with the same key is charged once. The tenant
 * lock is shared, so that retrievals of a tenant don't wait for each other but a suspension does
 * (docs/decisions/0013-retrievals.md).
 *
 * @throws {GatewayError} NOT_FOUND, PROVIDER_UNAVAILABLE, PROVIDER_GONE,
 * LIMIT_REACHED, SIDE_OFF.
 */
export const retrieveObject = (
  context: CommandContext,
  { entitlement, object }: { entitlement: RowRef; object: EntitledRef },
): Promise<Retrieval> => {
  const { principal } = context.grant;
  return runCommand(
    context,
    async command => {
      const { query, enqueue, tenant, tenantId, now } = command;
      checkBuys(tenant);
      const retrieval = {
        retrievalId: uuid(),
        entitlementId: localRow(context, entitlement),
        objectId: localRow(context, object),
        apiKeyId: principal.kind === 'api_key' ? principal.keyId : null,
        at: now,
      };
      if (object.entitlementId !== retrieval.entitlementId) throw new GatewayError('NOT_FOUND', MESSAGES.NOT_FOUND);
      const [retrieved, cap] = await Promise.all([writeRetrieval(query, retrieval), retrievalCap(command)]);
      if ('refused' in retrieved) throw new GatewayError(retrieved.refused, MESSAGES[retrieved.refused]);
      const { retrievalId, entitlementId, objectId } = retrieval;
      const entitlementRef = encodeGlobalId('Entitlement', rowId({ tenantId, id: entitlementId }));
      const used = { entitlement: entitlementRef, name: retrieved.name, size: retrieved.size };
      const event = outboxEvent(tenantId, now, { type: 'usage.recorded', subjectId: retrievalId, values: used });
      writeEvent(enqueue, event, { usageRecordId: retrievalId });
      await takePlace(command, cap); // last, to hold the counter's row lock as briefly as possible
      return { tenantId, retrievalId, entitlementId, objectId, ...retrieved, retrievedAt: now, expiresAt: minutesAfter(now, LINK_MINUTES) };
    },
    'shared',
  );
};
