import type { ArgBuilder } from '@pothos/core';
import type { builder } from './builder.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** The arguments that name a period: what is left out is the billing cycle's. */
export const periodArgs = (arg: ArgBuilder<Types>) => ({
  from: arg({ type: 'DateTime', description: 'From this moment on. Left out: since the billing cycle began.' }),
  until: arg({ type: 'DateTime', description: 'Until just before this moment. Left out: until the billing cycle ends.' }),
});
