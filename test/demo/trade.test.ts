import { expect, test } from 'vitest';
import { DAYS_OPEN, PURCHASES } from '../../src/demo/purchases.ts';
import { useDemo } from '../support/demo.ts';
import { ask } from '../support/gateway.ts';

const demo = useDemo();

const as = async (email: string, query: string) =>
  ask(demo.demo.url, query, { token: await demo.demo.issuer.sign({ email, expiresIn: 60 }) });

/** All of the days since the demo's tenants began, which is more than their billing cycle. */
const period = () => {
  const [from, until] = [-(DAYS_OPEN + 1), 1].map(days => new Date(Date.now() + days * 86_400_000).toISOString());
  return `(from: "${from}", until: "${until}")`;
};
const RETRIEVALS = { fabrikam: 44 + 7 + 5, northwind: 9 + 5 };

test('M2: a buyer of the demo has entitlements, usage by day and by key, and charges', async () => {
  const { data, errors } = await as(
    'buyer_manager@fabrikam.example',
    `{ tenant {
      entitlements(first: 10) { edges { node { title provider availability } } }
      usage${period()} { count byDay { day } byKey { name count } }
      charges(first: 1) { totalCount }
      chargeTotals${period()} { amount currency }
      retrievalUse { used }
      apiKeys(first: 5) { edges { node { name holderName holderLeft scopes } } }
    } }`,
  );
  expect(errors).toEqual([]);
  const { entitlements, usage, charges, chargeTotals, retrievalUse, apiKeys } = data.tenant;
  expect(entitlements.edges.map(({ node }: { node: object }) => node)).toEqual(
    expect.arrayContaining([
      { title: 'Hourly weather of European cities', provider: 'Northwind Traders', availability: 'AVAILABLE' },
      { title: 'Port calls in Europe', provider: 'Northwind Traders', availability: 'AVAILABLE' },
      { title: 'Charging stations by city', provider: 'Adatum Corporation', availability: 'AVAILABLE' },
    ]),
  );
  expect(usage.count).toBe(RETRIEVALS.fabrikam);
  expect(usage.byDay).toHaveLength(44);
  expect(usage.byKey).toEqual([
    { name: 'Nightly import', count: 44 },
    { name: null, count: 12 },
  ]);
  expect(charges.totalCount).toBe(RETRIEVALS.fabrikam);
  expect(chargeTotals).toEqual([{ amount: '38.6', currency: 'EUR' }]);
  expect(retrievalUse.used).toBeGreaterThanOrEqual(13);
  expect(retrievalUse.used).toBeLessThan(RETRIEVALS.fabrikam);
  expect(apiKeys.edges).toEqual([
    {
      node: {
        ...{ name: 'Nightly import', holderName: 'Yara Haddad', holderLeft: false },
        scopes: ['ENTITLEMENT_READ', 'OBJECT_RETRIEVE', 'USAGE_READ'],
      },
    },
  ]);
});

const SALES = () => `{ tenant {
  earnings(first: 1) { totalCount }
  earningTotals${period()} { amount currency }
  analytics${period()} { retrievals buyers byDay { day } byDataset { title retrievals buyers } }
} }`;

test('M6: a seller of the demo has earnings and analytics, by day and by dataset', async () => {
  const { data, errors } = await as('seller_manager@northwind.example', SALES());
  expect(errors).toEqual([]);
  const { earnings, earningTotals, analytics } = data.tenant;
  expect([earnings.totalCount, earningTotals]).toEqual([51, [{ amount: '38.6', currency: 'EUR' }]]);
  expect(analytics).toMatchObject({
    retrievals: 51,
    buyers: 1,
    byDataset: [
      { title: 'Hourly weather of European cities', retrievals: 44, buyers: 1 },
      { title: 'Port calls in Europe', retrievals: 7, buyers: 1 },
    ],
  });
  expect(analytics.byDay).toHaveLength(44);
});

test('M4: northwind also buys, from adatum, which has two buyers', async () => {
  const buys = await as('buyer_manager@northwind.example', `{ tenant { usage${period()} { count } } }`);
  expect(buys.data.tenant.usage.count).toBe(RETRIEVALS.northwind);
  const sells = await as('owner@adatum.example', SALES());
  expect(sells.data.tenant).toMatchObject({ earnings: { totalCount: 19 }, analytics: { buyers: 2 } });
});

test('every buyer of the demo has purchases, and every seller has sales', () => {
  expect(new Set(PURCHASES.map(({ buyer }) => buyer))).toEqual(new Set(['fabrikam', 'northwind']));
  expect(new Set(PURCHASES.map(({ seller }) => seller))).toEqual(new Set(['northwind', 'adatum']));
});
