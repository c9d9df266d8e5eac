import { retrievedObject } from '../../database/queries/retrieval.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, notFound, type RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import { LINK_MINUTES, MESSAGES, type Retrieval } from './retrieve.ts';

/** What a new link is made of. Links aren't stored. */
export type RenewedLink = Pick<Retrieval, 'tenantId' | 'objectKey' | 'name' | 'mediaType' | 'expiresAt'>;

/**
 * Renews the download link of a paid retrieval, for a day after it (configurable), without another
 * charge. The provider must be available, as for a retrieval; an ended entitlement doesn't matter.
 *
 * @throws {GatewayError} NOT_FOUND, CONFLICT when the day is over, PROVIDER_UNAVAILABLE,
 * PROVIDER_GONE.
 */
export const renewDownloadLink = (context: CommandContext, { usageRecord }: { usageRecord: RowRef }): Promise<RenewedLink> =>
  runCommand(
    context,
    async ({ query, tenantId, now }) => {
      const retrieved = await retrievedObject(query, localRow(context, usageRecord));
      if (!retrieved) throw notFound();
      const { downloadHours } = context.services.settings;
      if (minutesAfter(retrieved.at, downloadHours * 60) <= now)
        throw new GatewayError(
          'CONFLICT',
          `A new link is available for ${downloadHours} hours after the retrieval. Retrieve the object again.`,
        );
      const { refused, objectKey, name, mediaType } = retrieved;
      if (refused === 'NOT_FOUND') throw new GatewayError(refused, 'The object has been removed.');
      if (refused) throw new GatewayError(refused, MESSAGES[refused]);
      return { tenantId, objectKey, name, mediaType, expiresAt: minutesAfter(now, LINK_MINUTES) };
    },
    'shared',
  );
