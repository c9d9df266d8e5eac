import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Period } from '../../database/queries/period.ts';
import { type DayUse, type KeyUse, useByDay, useByKey } from '../../database/queries/retrieval.ts';
import { periodOf, within } from '../../domain/billing/period.ts';
import { retrievalUse } from '../../domain/retrieval/cap.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import { LATEST_FIRST, PAGE, page, pageCost } from '../core/page.ts';
import { periodArgs } from '../core/period.ts';
import { CapUseType } from '../plan/tenant-plan.ts';
import { Tenant } from '../tenant/tenant.ts';
import { UsageRecord } from './usage-record.ts';

type Used = Period & { readonly tenantId: string };

const DayUseType = builder.objectRef<DayUse>('DayUse').implement({
  description: 'What was retrieved on a day.',
  fields: t => ({
    day: t.exposeString('day', { policy: 'public', description: 'In UTC, such as `2026-11-24`.' }),
    count: t.exposeInt('count', { policy: 'public' }),
    bytes: t.expose('bytes', { type: 'ByteCount', policy: 'public' }),
  }),
});

const KeyUseType = builder.objectRef<KeyUse & { readonly tenantId: string }>('KeyUse').implement({
  description: 'What was retrieved with an API key, or by people.',
  fields: t => ({
    apiKeyId: t.id({
      policy: 'public',
      nullable: true,
      description: 'An `ApiKey`; null for what people retrieved.',
      resolve: ({ tenantId, apiKeyId: id }) => id && encodeGlobalId('ApiKey', rowId({ tenantId, id })),
    }),
    name: t.exposeString('name', { policy: 'public', nullable: true }),
    count: t.exposeInt('count', { policy: 'public' }),
  }),
});

const Usage = builder.objectRef<Used>('Usage').implement({
  description: 'What was retrieved in a period.',
  tenantOf: ({ tenantId }: Used) => tenantId,
  fields: t => ({
    from: t.expose('from', { type: 'DateTime', policy: 'usage:count', nullable: true }),
    until: t.expose('until', { type: 'DateTime', policy: 'usage:count', nullable: true }),
    count: t.int({
      policy: 'usage:count',
      nullable: true,
      description: 'How many retrievals.',
      resolve: (period, _args, { work }) => work.db.usageRecord.count({ where: within(period) }),
    }),
    byDay: t.field({
      type: [DayUseType],
      policy: 'usage:read',
      nullable: true,
      description: 'Day by day in UTC; days without are left out.',
      resolve: async (period, _args, { work }) => [...(await useByDay(work.query, period))],
    }),
    byKey: t.field({
      type: [KeyUseType],
      policy: 'usage:read',
      nullable: true,
      description: `By API key, the busiest first, at most ${PAGE.most}; what people retrieved is one of them.`,
      resolve: async ({ tenantId, ...period }, _args, { work }) =>
        (await useByKey(work.query, period, PAGE.most)).map(row => ({ ...row, tenantId })),
    }),
    records: t.connection(
      {
        type: UsageRecord,
        policy: 'usage:read',
        nullable: true,
        description: 'Each retrieval, latest first.',
        complexity: pageCost,
        resolve: (period, args, context, info) => {
          const { usageRecord } = context.work.db;
          const where = within(period);
          const selected = queryFromInfo({ context, info, typeName: 'UsageRecord', paths: [['edges', 'node'], ['nodes']] }) as object;
          return page(
            args,
            LATEST_FIRST,
            query => usageRecord.findMany({ ...selected, ...query, where: { AND: [where, query.where] } }),
            () => usageRecord.count({ where }),
          );
        },
      },
      { name: 'UsageRecordsConnection' },
      { name: 'UsageRecordsEdge' },
    ),
  }),
});

builder.prismaObjectFields(Tenant, t => ({
  usage: t.field({
    type: Usage,
    policy: 'usage:count',
    nullable: true,
    description: 'What was retrieved in a period.',
    args: periodArgs(t.arg),
    resolve: async ({ id: tenantId }, args, { work, services }) => ({
      tenantId,
      ...(await periodOf(work.db, services.clock.now(), args)),
    }),
  }),
  retrievalUse: t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: "The retrievals of the billing cycle, against the plan's cap.",
    resolve: (_tenant, _args, { work, services }) => retrievalUse(work.db, services.clock.now()),
  }),
}));
