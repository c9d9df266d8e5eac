import { describe, expect, test } from 'vitest';
import { rowIn, useTrade } from '../../support/trade.ts';

const trade = useTrade();

type Record = { readonly id: string; readonly at: string; readonly cursor: string };

/** What one side is shown of its records: ids, times, cursors, in the order of the page. */
async function shown(who: { token: string; tenant?: string | undefined }, field: 'charges' | 'earnings'): Promise<Record[]> {
  const { data } = await trade.gateway.ask(`{ tenant { ${field}(first: 50) { edges { cursor node { id at } } } } }`, who);
  return data.tenant[field].edges.map(({ cursor, node }: { cursor: string; node: Omit<Record, 'cursor'> }) => ({ ...node, cursor }));
}

/** The bits of an id or a cursor, and those of its parts. */
const textOf = (opaque: string) => Buffer.from(opaque, 'base64url').toString();

describe('M5: the two sides of a retrieval', () => {
  test('share no id, cursor, time to the minute or order', async () => {
    trade.gateway.clock.set(new Date('2031-03-04T10:20:30.456Z'));
    const deal = await trade.deal();
    for (let i = 0; i < 12; i++) {
      trade.gateway.clock.advance({ minutes: 1 });
      await trade.retrieve(deal.buyer.owner, deal);
    }
    const charges = await shown(deal.buyer.owner, 'charges');
    const earnings = await shown(deal.provider.owner, 'earnings');
    expect([charges.length, earnings.length]).toEqual([12, 12]);
    expect(new Set(earnings.map(({ at }) => at))).toEqual(new Set(['2031-03-04T10:00:00.000Z']));
    const hour = Date.UTC(2031, 2, 4, 10).toString(16).padStart(12, '0');
    const parts = (id: string) => rowIn(id).replaceAll('-', '');
    for (const { id, cursor } of earnings) {
      expect(parts(id)).toMatch(new RegExp(`^${hour}7[0-9a-f]{3}[89ab][0-9a-f]{15}$`));
      for (const charge of charges) {
        expect(textOf(cursor)).not.toContain(rowIn(charge.id));
        expect(parts(id).slice(13)).not.toBe(parts(charge.id).slice(13));
      }
    }
    // The order within an hour is random: the rows were written in one of 12! orders.
    const written = await trade.database.sql<{ id: string }>('SELECT id FROM earning WHERE tenant_id = $1 ORDER BY ctid', [
      deal.provider.tenant.id,
    ]);
    expect(written.map(({ id }) => id)).not.toEqual(earnings.map(({ id }) => rowIn(id)).reverse());
    expect((await trade.books()).faults).toEqual([]);
  });

  test('agree in the books, which tell when one of them is missing', async () => {
    const deal = await trade.deal();
    const { payload } = await trade.retrieve(deal.buyer.owner, deal);
    const charge = rowIn(payload.retrieval.usageRecordId);
    const [earning] = await trade.database.sql<{ id: string }>('SELECT id FROM earning WHERE tenant_id = $1', [deal.provider.tenant.id]);
    expect(earning!.id).not.toBe(charge);
    await trade.database.sql('DELETE FROM earning WHERE id = $1', [earning!.id]);
    expect((await trade.books()).faults).toEqual([{ retrieval: charge, fault: 'earning_missing' }]);
  });

  test('the sales of the hour in which a plan began are in its first billing cycle', async () => {
    const deal = await trade.deal();
    await trade.retrieve(deal.buyer.owner, deal);
    const { data } = await trade.gateway.ask('{ tenant { earningTotals { amount } analytics { retrievals } } }', deal.provider.owner);
    expect(data.tenant).toMatchObject({ earningTotals: [expect.anything()], analytics: { retrievals: 1 } });
  });
});
