import { builder } from '../core/builder.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';

export const Charge = builder.prismaNode('Charge', {
  description: 'The price that the tenant owes for one retrieval.',
  tenantOf: (charge: { tenantId: string }) => charge.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'charge:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    amount: t.field({
      type: MoneyType,
      policy: 'charge:read',
      nullable: true,
      extensions: { columns: { money: ['amount', 'currency'] } },
      select: { amount: true, currency: true },
      resolve: ({ amount, currency }) => ({ amount, currency }),
    }),
    title: t.exposeString('title', { policy: 'charge:read', nullable: true, description: 'The title of the entitlement.' }),
    provider: t.exposeString('provider', {
      policy: 'charge:read',
      nullable: true,
      description: 'The name of the provider in the entitlement.',
    }),
    at: t.expose('at', { type: 'DateTime', policy: 'charge:read', nullable: true }),
  }),
});
