import type { UnitOfWork } from '../../database/index.ts';
import { takeRefusalCounts } from '../../database/queries/refusal-count.ts';
import { NO_REQUEST } from '../core/due.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Clock } from '../core/services.ts';
import type { Action } from './actions.ts';
import { recorder } from './record.ts';

/**
 * Logs how often each kind of refusal was repeated in the bound tenant since its first or its last
 * count, if that was a minute ago (SPEC A5): one event for each kind and actor. It takes no tenant
 * lock. Safe to run concurrently.
 */
export const logRefusalCounts = (unit: UnitOfWork, { clock }: { readonly clock: Clock }): Promise<void> =>
  unit.transaction(async ({ query, enqueue }) => {
    const now = clock.now();
    const tenantId = unit.binding.tenantId!;
    for (const { actor, action, code, count, since } of await takeRefusalCounts(query, now)) {
      const record = recorder(enqueue, now, { tenantId, action: action as Action, requestId: NO_REQUEST, actor: () => actor });
      await record({ code: code as ErrorCode, after: { refusals: count, since, until: now } });
    }
  });
