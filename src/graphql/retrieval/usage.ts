import { type DayUse, type KeyUse, useByDay, useByKey } from '../../database/queries/retrieval.ts';
import { periodOf, wholePeriod, within } from '../../domain/billing/period.ts';
import { type MonthlyUse, retrievalUse } from '../../domain/retrieval/cap.ts';
import type { PartExtension } from '../../executor/field-extensions.ts';
import { builder } from '../core/builder.ts';
import { LATEST_FIRST } from '../core/cursor.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import { page } from '../core/page.ts';
import { PAGE_SIZE, pageCost } from '../core/page-size.ts';
import { boundPeriod, periodArgs, periodId, type TenantPeriod } from '../core/period.ts';
import { pageOfPart } from '../core/related-page.ts';
import { nodeSelection } from '../core/selection.ts';
import { CapUseType } from '../plan/tenant-plan.ts';
import { Tenant } from '../tenant/tenant.ts';
import { UsageRecord } from './usage-record.ts';

const DayUseType = builder.objectRef<DayUse>('DayUse').implement({
  description: 'The retrievals of one day.',
  fields: t => ({
    day: t.exposeString('day', { policy: 'public', description: 'The date in UTC, such as `2026-11-24`.' }),
    count: t.exposeInt('count', { policy: 'public' }),
    bytes: t.expose('bytes', { type: 'ByteCount', policy: 'public' }),
  }),
});

const KeyUseType = builder.objectRef<KeyUse & { readonly tenantId: string }>('KeyUse').implement({
  description: 'The retrievals with one API key, or of all people together.',
  fields: t => ({
    apiKeyId: t.id({
      policy: 'public',
      nullable: true,
      description: 'The global id of the `ApiKey`. Null: the retrievals of people.',
      resolve: ({ tenantId, apiKeyId: id }) => id && encodeGlobalId('ApiKey', rowId({ tenantId, id })),
    }),
    name: t.exposeString('name', { policy: 'public', nullable: true, description: 'The name of the API key.' }),
    count: t.exposeInt('count', { policy: 'public' }),
  }),
});

const MonthlyUseType = builder.objectRef<MonthlyUse>('MonthlyUse').implement({
  description: 'The use of what the plan limits in each billing cycle of one month.',
  fields: t => ({
    used: t.exposeInt('used', { policy: 'public' }),
    limit: t.exposeInt('limit', { policy: 'public', nullable: true, description: 'Null: no limit.' }),
    resetsAt: t.expose('resetsAt', { type: 'DateTime', policy: 'public', description: 'When the next billing cycle begins.' }),
  }),
});

const Usage = builder.node(builder.objectRef<TenantPeriod>('Usage'), {
  description: 'The retrievals of the tenant in a period.',
  tenantOf: ({ tenantId }: TenantPeriod) => tenantId,
  id: { resolve: periodId, policy: 'usage:count' },
  loadWithoutCache: (id, context) => boundPeriod(id, context),
  fields: t => ({
    from: t.expose('from', { type: 'DateTime', policy: 'usage:count', nullable: true }),
    until: t.expose('until', { type: 'DateTime', policy: 'usage:count', nullable: true }),
    count: t.int({
      policy: 'usage:count',
      nullable: true,
      description: 'The number of retrievals.',
      resolve: (period, _args, { work }) => work.db.usageRecord.count({ where: within(period) }),
    }),
    monthly: t.field({
      type: MonthlyUseType,
      policy: 'usage:count',
      nullable: true,
      description: 'The retrievals of the current billing cycle against the limit of the plan, whatever the period.',
      resolve: (_period, _args, { work, services }) => retrievalUse(work.db, services.clock.now()),
    }),
    byDay: t.field({
      type: [DayUseType],
      policy: 'usage:read',
      nullable: true,
      description: 'Retrievals per day in UTC. Days without retrievals are left out.',
      resolve: async (period, _args, { work }) => [...(await useByDay(work.query, period))],
    }),
    byKey: t.field({
      type: [KeyUseType],
      policy: 'usage:read',
      nullable: true,
      description: `Retrievals per API key, most first. At most ${PAGE_SIZE.max} items, one of which is for all people together.`,
      resolve: async ({ tenantId, ...period }, _args, { work }) =>
        (await useByKey(work.query, period, PAGE_SIZE.max)).map(row => ({ ...row, tenantId })),
    }),
    records: t.connection(
      {
        type: UsageRecord,
        policy: 'usage:read',
        nullable: true,
        description: 'The record of each retrieval, latest first.',
        complexity: pageCost,
        ...pageOfPart({ relation: 'usageRecords', type: 'UsageRecord', order: LATEST_FIRST }),
        resolve: (period, args, context, info) => {
          const { usageRecord } = context.work.db;
          const where = within(period);
          const selected = nodeSelection('UsageRecord', context, info);
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

/** A period that defaults to the billing cycle isn't known without the tenant's plan. */
const PART: PartExtension = {
  conditionOf: args => {
    const period = wholePeriod(args);
    return period && within(period);
  },
};

builder.prismaObjectFields(Tenant, t => ({
  usage: t.field({
    type: Usage,
    policy: 'usage:count',
    nullable: true,
    description: 'The retrievals in a period.',
    args: periodArgs(t.arg),
    extensions: { part: PART },
    resolve: async ({ id: tenantId }, args, { work, services }) => ({
      tenantId,
      ...(await periodOf(work.db, services.clock.now(), args)),
    }),
  }),
  retrievalUse: t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: 'The retrievals of the current billing cycle against the limit of the plan.',
    resolve: (_tenant, _args, { work, services }) => retrievalUse(work.db, services.clock.now()),
  }),
}));
