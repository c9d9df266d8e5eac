import { beforeAll, expect, test } from 'vitest';
import { type Deal, useTrade } from '../../support/trade.ts';

const trade = useTrade();
let deal: Deal;
/** Three retrievals for each price. */
const PRICES = { EUR: '1.005', JPY: '0.5', KWD: '0.0001', USD: '0.001', ZMW: '0.25' } as const;
beforeAll(async () => {
  deal = await trade.deal({ price: PRICES.EUR, currency: 'EUR' });
  const { owner } = deal.buyer;
  const deals = [{ objectId: deal.objectId, entitlementId: deal.entitlementId }];
  for (const [currency, price] of Object.entries(PRICES).slice(1)) {
    const stock = await trade.stock(deal.provider, { price, currency });
    deals.push({ objectId: stock.objects[0]!.id, entitlementId: await trade.acquire(owner, stock) });
  }
  for (const each of deals) for (let n = 0; n < 3; n += 1) await trade.retrieve(owner, each);
  await trade.database.sql(
    "UPDATE charge SET currency = 'HRK' WHERE currency = 'ZMW'; UPDATE earning SET currency = 'HRK' WHERE currency = 'ZMW'",
  );
});

const EXACT = ['3.015 EUR', '0.75 HRK', '1.5 JPY', '0.0003 KWD', '0.003 USD'];
// Half of a yen goes up; rounding each charge would have made 3.03 EUR and 3 JPY.
const BILLED = ['3.02 EUR', '0.75 HRK', '2 JPY', '0 KWD', '0 USD'];
type Money = { readonly amount: string; readonly currency: string };
const texts = (sums: readonly Money[]) => sums.map(({ amount, currency }) => `${amount} ${currency}`);

test.each(['charge', 'earning'] as const)('M1: a total of %ss is exact, and rounded once per currency as on a bill', async what => {
  const { owner } = what === 'charge' ? deal.buyer : deal.provider;
  const now = trade.gateway.clock.now().getTime();
  const [from, until] = [now - 86_400_000, now + 86_400_000].map(at => new Date(at).toISOString());
  const period = `from: "${from}", until: "${until}"`;
  const { exact, plain, rounded } = await trade.read(
    owner,
    `exact: ${what}Totals(${period}, rounded: false) { amount currency } plain: ${what}Totals(${period}) { amount currency } rounded: ${what}Totals(${period}, rounded: true) { amount currency }`,
  );
  expect([exact, plain, rounded].map(texts)).toEqual([EXACT, EXACT, BILLED]);
});

test('M1: single charges and earnings, and those in a withdrawn currency, can be read exactly', async () => {
  const list = (what: string) => `${what}s(first: 20) { edges { node { amount { amount currency } } } }`;
  for (const [what, { owner }] of Object.entries({ charge: deal.buyer, earning: deal.provider })) {
    const page = (await trade.read(owner, list(what)))[`${what}s`];
    const amounts = texts(page.edges.map(({ node }: { node: { amount: Money } }) => node.amount));
    expect([...new Set(amounts)].sort()).toEqual(['0.0001 KWD', '0.001 USD', '0.25 HRK', '0.5 JPY', '1.005 EUR']);
  }
});
