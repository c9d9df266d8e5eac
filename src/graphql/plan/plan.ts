import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { PlanCode, PlanFeature, SupportLevel } from '../core/enums.ts';

const limit = 'Null is no cap.';

/** A tier of the catalogue (SPEC P1): public, the same for everybody. */
export const Plan = builder.prismaObject('Plan', {
  description: 'A tier of the plan catalogue: limits, features, support. A limit that is null is no cap.',
  select: { code: true },
  fields: t => ({
    code: t.field({ type: PlanCode, policy: 'public', ...columnOf('code') }),
    name: t.exposeString('name', { policy: 'public' }),
    memberLimit: t.exposeInt('memberLimit', {
      policy: 'public',
      nullable: true,
      description: `Members, open invitations counted. ${limit}`,
    }),
    apiKeyLimit: t.exposeInt('apiKeyLimit', { policy: 'public', nullable: true, description: `API keys. ${limit}` }),
    datasetLimit: t.exposeInt('datasetLimit', { policy: 'public', nullable: true, description: `Datasets. ${limit}` }),
    monthlyRetrievals: t.exposeInt('monthlyRetrievals', { policy: 'public', nullable: true, description: `Retrievals a month. ${limit}` }),
    costPointsPerMinute: t.exposeInt('costPointsPerMinute', {
      policy: 'public',
      nullable: true,
      description: `Gateway cost points a minute. ${limit}`,
    }),
    features: t.field({
      type: [PlanFeature],
      policy: 'public',
      ...columnOf('features'),
    }),
    support: t.field({
      type: SupportLevel,
      policy: 'public',
      ...columnOf('support'),
    }),
  }),
});

builder.queryField('plans', t =>
  t.prismaField({
    type: [Plan],
    policy: 'public',
    description: 'The plan catalogue, lowest tier first.',
    resolve: (query, _root, _args, { work }) => work.db.plan.findMany({ ...query, orderBy: { rank: 'asc' } }),
  }),
);
