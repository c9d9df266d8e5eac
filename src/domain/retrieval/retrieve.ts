import { v7 as uuid } from 'uuid';
import { type NotRetrieved, type Retrieved, writeRetrieval } from '../../database/queries/retrieval.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import { checkBuys } from '../entitlement/side.ts';
import { takePlace } from './cap.ts';

/** How long the link to what was retrieved is good for, minutes. */
export const LINK_MINUTES = 15;

/** A retrieval, as it is answered and kept under its idempotency key. */
export type Retrieval = Retrieved & {
  readonly tenantId: string;
  readonly retrievalId: string;
  readonly objectId: string;
  readonly retrievedAt: Date;
  /** When its link ends, however often it is asked for again. */
  readonly expiresAt: Date;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const WHY: Readonly<Record<NotRetrieved['refused'], string>> = {
  NOT_FOUND: 'There is no such object under an open entitlement of this tenant.',
  PROVIDER_UNAVAILABLE: 'The provider is not selling just now. The entitlement stays: try again later.',
  PROVIDER_GONE: 'The provider, or the dataset, was deleted.',
};

/**
 * Retrieves an object that an entitlement leads to, which costs the entitlement's price (SPEC M3):
 * usage record, charge and earning are one transaction, and a retry with the same key charges once.
 * The tenant is shared, not held alone, so that its retrievals don't wait for each other, and a
 * suspension is before or after each of them (docs/decisions/0013-retrievals.md).
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, PROVIDER_UNAVAILABLE, PROVIDER_GONE,
 * LIMIT_REACHED, SIDE_OFF.
 */
export const retrieveObject = (
  context: CommandContext,
  { entitlement, objectId }: { entitlement: RowRef; objectId: string },
): Promise<Retrieval> => {
  if (!UUID.test(objectId)) throw badInput("`objectId` is the id of an entitlement's object.");
  const { principal } = context.grant;
  return runCommand(
    context,
    async command => {
      const { query, tenant, tenantId, now } = command;
      checkBuys(tenant);
      const wanted = {
        retrievalId: uuid(),
        entitlementId: localRow(context, entitlement),
        objectId,
        apiKeyId: principal.kind === 'api_key' ? principal.keyId : null,
        at: now,
      };
      const retrieved = await writeRetrieval(query, wanted);
      if ('refused' in retrieved) throw new GatewayError(retrieved.refused, WHY[retrieved.refused]);
      await takePlace(command); // last, so that others wait for the counter as briefly as can be
      const { retrievalId } = wanted;
      return { tenantId, retrievalId, objectId, ...retrieved, retrievedAt: now, expiresAt: minutesAfter(now, LINK_MINUTES) };
    },
    'shared',
  );
};
