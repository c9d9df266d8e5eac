import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';

/** An earning never names the buyer, nor shares an id or a time with the charge (SPEC M5). */
export const Earning = builder.prismaNode('Earning', {
  description: 'What the tenant earned by one retrieval of its dataset.',
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
      description: 'The global id of the `Dataset`, which may have been deleted.',
      select: { datasetId: true },
      resolve: ({ tenantId, datasetId: id }) => encodeGlobalId('Dataset', rowId({ tenantId, id })),
    }),
    title: t.exposeString('title', {
      policy: 'earning:read',
      nullable: true,
      description: 'The title of the listing at the time of the retrieval.',
    }),
    at: t.expose('at', {
      type: 'DateTime',
      policy: 'earning:read',
      nullable: true,
      description: 'The start of the hour of the retrieval, in UTC. The exact time could tell who bought.',
    }),
  }),
});
