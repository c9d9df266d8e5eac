import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { PlanCode, PlanFeature, SupportLevel } from './enums.ts';

const NO_LIMIT = 'Null: no limit.';

export const Plan = builder.prismaNode('Plan', {
  description: 'A plan of the catalogue: limits, features and support.',
  nullable: true,
  id: { resolve: ({ code }) => code, policy: 'public', extensions: { columns: { id: 'code' } } },
  findUnique: code => ({ code }),
  select: { code: true },
  fields: t => ({
    code: t.field({ type: PlanCode, policy: 'public', ...columnOf('code') }),
    name: t.exposeString('name', { policy: 'public' }),
    memberLimit: t.exposeInt('memberLimit', {
      policy: 'public',
      nullable: true,
      description: `The number of members, including open invitations. ${NO_LIMIT}`,
    }),
    apiKeyLimit: t.exposeInt('apiKeyLimit', { policy: 'public', nullable: true, description: `The number of API keys. ${NO_LIMIT}` }),
    datasetLimit: t.exposeInt('datasetLimit', { policy: 'public', nullable: true, description: `The number of datasets. ${NO_LIMIT}` }),
    webhookLimit: t.exposeInt('webhookLimit', { policy: 'public', nullable: true, description: `The number of webhooks. ${NO_LIMIT}` }),
    monthlyRetrievals: t.exposeInt('monthlyRetrievals', {
      policy: 'public',
      nullable: true,
      description: `The number of retrievals in a billing cycle of one month. ${NO_LIMIT}`,
    }),
    costPointsPerMinute: t.exposeInt('costPointsPerMinute', {
      policy: 'public',
      nullable: true,
      description: `The cost of requests per minute, in points. ${NO_LIMIT}`,
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
    extensions: { isShared: true },
    description: 'The plan catalogue, lowest tier first.',
    resolve: (query, _root, _args, { work }) => work.db.plan.findMany({ ...query, orderBy: { rank: 'asc' } }),
  }),
);
