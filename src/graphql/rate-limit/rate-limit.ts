import { builder } from '../core/builder.ts';
import type { RateLimit } from '../core/context.ts';

const RateLimitType = builder.objectRef<RateLimit>('RateLimit').implement({
  description: 'A budget of cost points for the running minute. `@cost` and `@listSize` say what an operation costs at most.',
  fields: t => ({
    limit: t.exposeInt('limit', { policy: 'public', nullable: true, description: 'The points of a minute. Null: there is no limit.' }),
    remaining: t.exposeInt('remaining', {
      policy: 'public',
      nullable: true,
      description: 'The points that are left, with all that this operation may cost taken off. Null: there is no limit.',
    }),
    resetAt: t.expose('resetAt', { type: 'DateTime', policy: 'public', description: 'When the next minute begins.' }),
  }),
});

builder.queryField('rateLimit', t =>
  t.field({
    type: RateLimitType,
    policy: 'public',
    description:
      'The budget that pays for your requests: that of the tenant in which the request acts, else your own. For an API key with a cap, the cap, if it leaves less.',
    resolve: (_root, _args, context) => context.budget.rateLimit(context),
  }),
);
