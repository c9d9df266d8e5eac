import { builder } from '../core/builder.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';

/** What a retrieval cost its buyer. */
export const Charge = builder.prismaNode('Charge', {
  description: 'What a retrieval cost.',
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
      select: { amount: true, currency: true },
      resolve: ({ amount, currency }) => ({ amount, currency }),
    }),
    title: t.exposeString('title', { policy: 'charge:read', nullable: true, description: "The entitlement's title." }),
    provider: t.exposeString('provider', {
      policy: 'charge:read',
      nullable: true,
      description: "The provider's name, as the entitlement has it.",
    }),
    at: t.expose('at', { type: 'DateTime', policy: 'charge:read', nullable: true }),
  }),
});
