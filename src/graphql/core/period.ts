import type { ArgBuilder } from '@pothos/core';
import type { builder } from './builder.ts';

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
