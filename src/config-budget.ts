import * as z from 'zod';
import { areProxies, count, list } from './config-values.ts';
import type { BudgetSettings } from './http/budget/open.ts';

/** How operations are limited, and where processes share the counts. */
export const budget = z.object({
  COST_POINTS_WITHOUT_TENANT: count(1_000_000_000, 600),
  TRUSTED_PROXIES: list('').refine(areProxies, 'addresses or networks such as 10.0.0.0/8, comma-separated'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'a redis:// or rediss:// URL' }).optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:.-]{1,64}$/, 'up to 64 letters, digits and any of `_:.-`')
    .default('ipto:'),
});

/** The Redis that the settings name; null for none. */
export const redisOf = ({ REDIS_URL: url, REDIS_PREFIX: prefix }: Pick<z.infer<typeof budget>, 'REDIS_URL' | 'REDIS_PREFIX'>) =>
  url === undefined ? null : { url, prefix };

export const budgetOf = (config: z.infer<typeof budget>): BudgetSettings => ({
  withoutTenant: config.COST_POINTS_WITHOUT_TENANT,
  trustedProxies: config.TRUSTED_PROXIES,
  redis: redisOf(config),
});
