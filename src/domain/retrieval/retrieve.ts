import { v7 as uuid } from 'uuid';
import { type NotRetrieved, type Retrieved, writeRetrieval } from '../../database/queries/retrieval.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import { checkBuys } from '../entitlement/side.ts';
import { takePlace } from './cap.ts';

/** How long a download link is valid, minutes. */
export const LINK_MINUTES = 15;

/** A retrieval, as it is returned and stored under its idempotency key. */
export type Retrieval = Retrieved & {
  readonly tenantId: string;
  readonly retrievalId: string;
  readonly objectId: string;
  readonly retrievedAt: Date;
  /** When the download link expires. */
  readonly expiresAt: Date;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const MESSAGES: Readonly<Record<NotRetrieved['refused'], string>> = {
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
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, PROVIDER_UNAVAILABLE, PROVIDER_GONE,
 * LIMIT_REACHED, SIDE_OFF.
 */
export const retrieveObject = (
  context: CommandContext,
  { entitlement, objectId }: { entitlement: RowRef; objectId: string },
): Promise<Retrieval> => {
  if (!UUID.test(objectId)) throw badInput("`objectId` must be the id of an entitlement's object.");
  const { principal } = context.grant;
  return runCommand(
    context,
    async command => {
      const { query, tenant, tenantId, now } = command;
      checkBuys(tenant);
      const retrieval = {
        retrievalId: uuid(),
        entitlementId: localRow(context, entitlement),
        objectId,
        apiKeyId: principal.kind === 'api_key' ? principal.keyId : null,
        at: now,
      };
      const retrieved = await writeRetrieval(query, retrieval);
      if ('refused' in retrieved) throw new GatewayError(retrieved.refused, MESSAGES[retrieved.refused]);
      await takePlace(command); // last, to hold the counter's row lock as briefly as possible
      const { retrievalId } = retrieval;
      return { tenantId, retrievalId, objectId, ...retrieved, retrievedAt: now, expiresAt: minutesAfter(now, LINK_MINUTES) };
    },
    'shared',
  );
};
