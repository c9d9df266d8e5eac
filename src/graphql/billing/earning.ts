import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';

/** What a provider earned by a retrieval: never by whose (SPEC M5). */
export const Earning = builder.prismaNode('Earning', {
  description: 'What a retrieval of a dataset brought in.',
  tenantOf: (earning: { tenantId: string }) => earning.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'earning:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    amount: t.field({
      type: MoneyType,
      policy: 'earning:read',
      nullable: true,
      extensions: { columns: { money: ['amount', 'currency'] } },
      select: { amount: true, currency: true },
      resolve: ({ amount, currency }) => ({ amount, currency }),
    }),
    datasetId: t.id({
      policy: 'earning:read',
      nullable: true,
      description: 'The `Dataset`, which may be gone.',
      select: { datasetId: true },
      resolve: ({ tenantId, datasetId: id }) => encodeGlobalId('Dataset', rowId({ tenantId, id })),
    }),
    title: t.exposeString('title', { policy: 'earning:read', nullable: true, description: "The listing's title at the time." }),
    at: t.expose('at', { type: 'DateTime', policy: 'earning:read', nullable: true }),
  }),
});
