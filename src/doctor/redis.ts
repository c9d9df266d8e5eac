import { redisOf } from '../config-budget.ts';
import { probeRedis } from '../http/budget/redis-source.ts';
import { type Group, ok, reason, skipped, unchecked, wrong } from './finding.ts';

const CHECK = 'Redis';

/** What Redis answers to credentials or rights that aren't enough, and to a write to a replica. */
const REFUSAL = /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/;

/** Takes no points of a budget that nobody has, as a gateway takes those of its tenants. */
export const redisGroup: Group = {
  name: CHECK,
  run: async ({ values: { REDIS_URL, REDIS_PREFIX = '' } }) => {
    const redis = redisOf({ REDIS_URL, REDIS_PREFIX });
    if (!redis) return [skipped(CHECK, "REDIS_URL isn't set: each gateway counts budgets by itself")];
    try {
      await probeRedis(redis);
      return [ok(CHECK, `${new URL(redis.url).host} answers`)];
    } catch (error) {
      const what = reason(error);
      if (REFUSAL.test(what)) return [wrong(CHECK, what, 'correct user and password in REDIS_URL, or the rights of the user')];
      if (what.startsWith('READONLY')) return [wrong(CHECK, what, 'let REDIS_URL name the primary')];
      return [unchecked(CHECK, what, 'correct host and port in REDIS_URL, or let this machine reach them')];
    }
  },
};
