import type { ArgBuilder } from '@pothos/core';
import type { Period } from '../../database/queries/period.ts';
import { LONGEST_PERIOD } from '../../domain/billing/period.ts';
import type { builder } from './builder.ts';
import type { Context } from './context.ts';
import { isStorable } from './scalars.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** The arguments of an open range of time. */
export const rangeArgs = (arg: ArgBuilder<Types>) => ({
  from: arg({ type: 'DateTime', description: 'Start of the range, inclusive. Default: no start.' }),
  until: arg({ type: 'DateTime', description: 'End of the range, exclusive. Default: no end.' }),
});

/** The arguments of a period. Each defaults to that of the current billing cycle. */
export const periodArgs = (arg: ArgBuilder<Types>) => ({
  from: arg({ type: 'DateTime', description: 'Start of the period, inclusive. Default: the start of the current billing cycle.' }),
  until: arg({ type: 'DateTime', description: 'End of the period, exclusive. Default: the end of the current billing cycle.' }),
});

/** What a tenant did in a period: the start is inclusive, the end exclusive. */
export type TenantPeriod = Period & { readonly tenantId: string };

/** The id of a tenant's period, inside a global id. */
export const periodId = ({ tenantId, from, until }: TenantPeriod): string => `${tenantId}:${from.getTime()}:${until.getTime()}`;

/** The inverse of {@link periodId}; null for a period that no argument could ask for. */
function periodIn(id: string): TenantPeriod | null {
  const [tenantId = '', ...moments] = id.split(':');
  const [from, until] = moments.map(moment => new Date(Number(moment))) as [Date, Date];
  const isPossible = isStorable(from) && isStorable(until) && from <= until && until.getTime() - from.getTime() <= LONGEST_PERIOD;
  return isPossible ? { tenantId, from, until } : null;
}

/** The period that an id names, if it is the bound tenant's (SPEC T4). */
export function boundPeriod(id: string, { work }: Pick<Context, 'work'>): TenantPeriod | null {
  const period = periodIn(id);
  return period?.tenantId === work.binding.tenantId ? period : null;
}
