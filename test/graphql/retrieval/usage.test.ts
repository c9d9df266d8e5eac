import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MemberActor, TenantWithMembers } from '../../support/tenant-actors.ts';
import { type Deal, useTrade } from '../../support/trade.ts';

const trade = useTrade();
let deal: Deal;
/** Retrievals on two days, in two currencies, by people and by an API key. */
const KEY = uuid();
beforeAll(async () => {
  trade.gateway.clock.set(new Date('2031-03-30T23:30:00Z'));
  deal = await trade.deal({ price: '0.1', currency: 'EUR', title: 'Tides' });
  const { owner } = deal.buyer;
  const yen = await trade.stock(deal.provider, { price: '7', currency: 'JPY', title: 'Winds' });
  const second = { objectId: yen.objects[0]!.id, entitlementId: await trade.acquire(owner, yen) };
  for (let n = 0; n < 2; n += 1) await trade.retrieve(owner, deal);
  await trade.retrieve(owner, second);
  trade.gateway.clock.advance({ minutes: 60 });
  await trade.retrieve(owner, deal);
  await trade.database.sql(`UPDATE usage_record SET api_key_id = $1 WHERE id = (SELECT max(id::text)::uuid FROM usage_record)`, [KEY]);
  const other = await trade.buyer();
  await trade.retrieve(other.owner, { objectId: second.objectId, entitlementId: await trade.acquire(other.owner, yen) });
});

const MARCH = '(from: "2031-03-01T00:00:00Z", until: "2031-05-01T00:00:00Z")';
const DAY = '(from: "2031-03-31T00:00:00Z", until: "2031-04-01T00:00:00Z")';
const id = (type: string, home: TenantWithMembers, row: string) => Buffer.from(`${type}:${home.tenant.id}:${row}`).toString('base64url');

describe('what a buyer can read', () => {
  test('M2: counts retrievals, per day in UTC and per API key', async () => {
    const { usage, day } = await trade.read(
      deal.buyer.owner,
      `usage${MARCH} { from until count byDay { day count bytes } byKey { apiKeyId name count } records { totalCount edges { node { objectName size apiKeyId charge { amount { amount currency } } entitlement { title } } } } }
       day: usage${DAY} { count byDay { day count bytes } }`,
    );
    expect(usage).toMatchObject({ from: '2031-03-01T00:00:00.000Z', until: '2031-05-01T00:00:00.000Z', count: 4 });
    expect(usage.byDay).toEqual([
      { day: '2031-03-30', count: 3, bytes: '12' },
      { day: '2031-03-31', count: 1, bytes: '4' },
    ]);
    const apiKeyId = id('ApiKey', deal.buyer, KEY);
    expect(usage.byKey).toEqual([
      { apiKeyId: null, name: null, count: 3 },
      { apiKeyId, name: null, count: 1 },
    ]);
    expect(usage.records.totalCount).toBe(4);
    const record = { objectName: 'data-1.csv', size: '4' };
    const [tides, winds] = [{ title: 'Tides' }, { title: 'Winds' }];
    const [cents, yen] = [{ amount: { amount: '0.1', currency: 'EUR' } }, { amount: { amount: '7', currency: 'JPY' } }];
    expect(usage.records.edges.map(({ node }: { node: object }) => node)).toEqual([
      { ...record, apiKeyId, charge: cents, entitlement: tides },
      { ...record, apiKeyId: null, charge: yen, entitlement: winds },
      { ...record, apiKeyId: null, charge: cents, entitlement: tides },
      { ...record, apiKeyId: null, charge: cents, entitlement: tides },
    ]);
    expect(day).toEqual({ count: 1, byDay: [{ day: '2031-03-31', count: 1, bytes: '4' }] });
  });

  test('M1: sums charges exactly, per currency', async () => {
    const { charges, chargeTotals, day } = await trade.read(
      deal.buyer.owner,
      `charges(first: 2) { totalCount edges { node { title provider amount { amount currency } } } } chargeTotals${MARCH} { amount currency } day: chargeTotals${DAY} { amount currency }`,
    );
    expect(charges).toEqual({
      totalCount: 4,
      edges: [
        { node: { title: 'Tides', provider: deal.provider.tenant.name, amount: { amount: '0.1', currency: 'EUR' } } },
        { node: { title: 'Winds', provider: deal.provider.tenant.name, amount: { amount: '7', currency: 'JPY' } } },
      ],
    });
    expect(chargeTotals).toEqual([
      { amount: '0.3', currency: 'EUR' },
      { amount: '7', currency: 'JPY' },
    ]);
    expect(day).toEqual([{ amount: '0.1', currency: 'EUR' }]);
  });

  test('M2: the default period is the billing cycle', async () => {
    await trade.database.sql(`UPDATE tenant SET plan_since = '2031-01-31T00:00:00Z' WHERE tenant_id = $1`, [deal.buyer.tenant.id]);
    const { usage, half } = await trade.read(
      deal.buyer.owner,
      'usage { from until count } half: usage(until: "2031-04-02T00:00:00Z") { from until }',
    );
    expect(usage).toEqual({ from: '2031-03-31T00:00:00.000Z', until: '2031-04-30T00:00:00.000Z', count: 1 });
    expect(half).toEqual({ from: '2031-03-31T00:00:00.000Z', until: '2031-04-02T00:00:00.000Z' });
  });

  test.each([
    [
      '(from: "2031-03-02T00:00:00Z", until: "2031-03-01T00:00:00Z")',
      '`until` must not be before `from`. Both default to the billing cycle.',
    ],
    ['(from: "2030-03-02T00:00:00Z", until: "2031-03-04T00:00:00Z")', 'A period is at most 366 days.'],
    ...['0000-12-31T23:59:59.999Z', '0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01'].map(moment => [
      `(from: "${moment}")`,
      'A DateTime must be in the years 1 to 9999, in UTC.',
    ]),
  ])('a period of %s is BAD_USER_INPUT', async (args, message) => {
    const { errors } = await trade.gateway.ask(`{ tenant { usage${args} { count } } }`, deal.buyer.owner);
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('a period includes its start and excludes its end', () => {
  /**
   * From the time of the first three retrievals until that of the last two; and from then on.
   */
  const [FIRST, SECOND] = ['2031-03-30T23:30:00Z', '2031-03-31T00:30:00Z'];
  const EARLY = `(from: "${FIRST}", until: "${SECOND}")`;
  const LATE = `(from: "${SECOND}", until: "2031-04-01T00:00:00Z")`;
  /** The same in hours: a provider isn't shown more. */
  const EARLY_HOUR = '(from: "2031-03-30T23:00:00Z", until: "2031-03-31T00:00:00Z")';
  const LATE_HOUR = '(from: "2031-03-31T00:00:00Z", until: "2031-04-01T00:00:00Z")';

  test.each([
    [
      EARLY,
      3,
      [
        { amount: '0.2', currency: 'EUR' },
        { amount: '7', currency: 'JPY' },
      ],
    ],
    [LATE, 1, [{ amount: '0.1', currency: 'EUR' }]],
  ])('M2: of a buyer: %s', async (args, many, sums) => {
    const day = { count: many };
    expect(
      await trade.read(
        deal.buyer.owner,
        `usage${args} { count byDay { count } byKey { count } records { totalCount } } chargeTotals${args} { amount currency }
         charges${args} { totalCount }`,
      ),
    ).toEqual({
      usage: { count: many, byDay: [day], byKey: [day], records: { totalCount: many } },
      ...{ chargeTotals: sums, charges: { totalCount: many } },
    });
  });

  test.each([
    [EARLY_HOUR, 3, 1, [2, 1]],
    [LATE_HOUR, 2, 2, [1, 1]],
  ])('M6: of a provider: %s', async (args, many, buyers, datasets) => {
    const { analytics, ...earned } = await trade.read(
      deal.provider.owner,
      `analytics${args} { retrievals buyers byDay { retrievals } byDataset { retrievals } } earnings${args} { totalCount }`,
    );
    expect(analytics).toEqual({
      ...{ retrievals: many, buyers, byDay: [{ retrievals: many }] },
      byDataset: datasets.map(retrievals => ({ retrievals })),
    });
    expect(earned).toEqual({ earnings: { totalCount: many } });
  });
});

describe('what a provider can read', () => {
  const ANALYTICS = `analytics${MARCH} { from until retrievals revenue { amount currency } buyers byDay { day retrievals revenue { amount currency } } byDataset { datasetId title retrievals buyers revenue { amount currency } } }`;

  test('M5, M6: totals, days and datasets, with the number of buyers', async () => {
    const { analytics, earnings, earningTotals } = await trade.read(
      deal.provider.owner,
      `${ANALYTICS} earnings(first: 1) { totalCount edges { node { title datasetId at amount { amount currency } } } } earningTotals${MARCH} { amount currency }`,
    );
    const revenue = [
      { amount: '0.3', currency: 'EUR' },
      { amount: '14', currency: 'JPY' },
    ];
    expect(analytics).toMatchObject({ retrievals: 5, buyers: 2, revenue });
    expect(analytics.byDay).toEqual([
      {
        day: '2031-03-30',
        retrievals: 3,
        revenue: [
          { amount: '0.2', currency: 'EUR' },
          { amount: '7', currency: 'JPY' },
        ],
      },
      {
        day: '2031-03-31',
        retrievals: 2,
        revenue: [
          { amount: '0.1', currency: 'EUR' },
          { amount: '7', currency: 'JPY' },
        ],
      },
    ]);
    expect(analytics.byDataset.map(({ datasetId: _, ...rest }: { datasetId: string }) => rest)).toEqual([
      { title: 'Tides', retrievals: 3, buyers: 1, revenue: [revenue[0]] },
      { title: 'Winds', retrievals: 2, buyers: 2, revenue: [revenue[1]] },
    ]);
    expect(analytics.byDataset[0].datasetId).toBe(id('Dataset', deal.provider, deal.provider.listing.datasetId));
    expect(earningTotals).toEqual(revenue);
    // The order of the two in the latest hour is random.
    expect(earnings.totalCount).toBe(5);
    expect([
      { title: 'Winds', amount: { amount: '7', currency: 'JPY' } },
      { title: 'Tides', amount: { amount: '0.1', currency: 'EUR' } },
    ]).toContainEqual({ title: earnings.edges[0].node.title, amount: earnings.edges[0].node.amount });
  });

  test('M5: a dataset lists its own earnings, latest first, in pages', async () => {
    const PAGE = 'totalCount pageInfo { endCursor hasNextPage } edges { node { title } }';
    // Several pages of one relation are read separately, but still of the dataset only.
    const { datasets } = await trade.read(
      deal.provider.owner,
      `datasets { edges { node { earnings(first: 2) { ${PAGE} } last: earnings(last: 1) { edges { node { at } } }
        day: earnings${DAY} { totalCount } ever: earnings(from: "0001-01-01T00:00:00Z", until: "9999-12-31T23:59:59.999Z") { ${PAGE} } } } }`,
    );
    const [tides, winds] = datasets.edges.map(({ node }: { node: object }) => node);
    const titles = (title: string, count: number) => Array.from({ length: count }, () => ({ node: { title } }));
    expect(tides).toMatchObject({
      earnings: { totalCount: 3, pageInfo: { hasNextPage: true }, edges: titles('Tides', 2) },
      last: { edges: [{ node: { at: '2031-03-30T23:00:00.000Z' } }] },
      day: { totalCount: 1 },
      ever: { totalCount: 3, edges: titles('Tides', 3) },
    });
    expect(winds).toMatchObject({
      earnings: { totalCount: 2, pageInfo: { hasNextPage: false }, edges: titles('Winds', 2) },
      day: { totalCount: 1 },
      ever: { totalCount: 2, edges: titles('Winds', 2) },
    });
    const next = await trade.read(
      deal.provider.owner,
      `datasets(first: 1) { edges { node { earnings(first: 2, after: "${tides.earnings.pageInfo.endCursor}") { ${PAGE} } } } }`,
    );
    expect(next.datasets.edges[0].node.earnings).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: false },
      edges: titles('Tides', 1),
    });
  });

  test("M6, P5: without advanced analytics the totals are returned, and the series' refusal names the plans that have them", async () => {
    await trade.database.sql("UPDATE tenant SET plan_code = 'STARTER' WHERE tenant_id = $1", [deal.provider.tenant.id]);
    const { data, errors } = await trade.gateway.ask(`{ tenant { ${ANALYTICS} } }`, deal.provider.owner);
    await trade.database.sql("UPDATE tenant SET plan_code = 'PROFESSIONAL' WHERE tenant_id = $1", [deal.provider.tenant.id]);
    expect(data.tenant.analytics).toMatchObject({ retrievals: 5, buyers: 2, byDay: null, byDataset: null });
    expect(
      errors.map(({ path, extensions: { code, because, requires } }) => [
        path!.at(-1),
        code,
        because,
        (requires as { plans: string[] }).plans,
      ]),
    ).toEqual(['byDay', 'byDataset'].map(field => [field, 'PLAN_REQUIRED', 'PLAN', ['PROFESSIONAL', 'ENTERPRISE']]));
  });

  test("M5: no response reveals a buyer to a provider, or more than the provider's display name to a buyer", async () => {
    const { buyer, provider } = deal;
    const refs = await trade.database.sql<{ hex: string; b64: string }>(
      `SELECT encode(r, 'hex') AS hex, encode(r, 'base64') AS b64 FROM (SELECT buyer_ref AS r FROM earning UNION SELECT provider_ref FROM charge) x`,
    );
    const of = ({ tenant, owner: { person, member } }: TenantWithMembers) => [
      tenant.id,
      tenant.slug,
      person.id,
      person.name,
      person.email,
      member.id,
    ];
    const sold = (
      await trade.gateway.ask(
        `{ tenant { ${ANALYTICS} earnings { edges { cursor node { id title datasetId at amount { amount } } } } earningTotals${MARCH} { amount } auditEvents { edges { node { action before after targetId actorName actorId } } } } }`,
        provider.owner,
      )
    ).text;
    const bought = (
      await trade.gateway.ask(
        `{ tenant { entitlements { edges { cursor node { id listingId title provider availability objects { edges { cursor node { id name sha256 } } } } } } charges { edges { cursor node { id title provider at } } }
         usage${MARCH} { records { edges { cursor node { id objectId objectName } } } } auditEvents { edges { node { action before after targetId actorName actorId } } } } }`,
        buyer.owner,
      )
    ).text;
    const retrieved = JSON.stringify((await trade.retrieve(buyer.owner, deal)).payload);
    const decoded = (text: string) =>
      text + (text.match(/[\w-]{20,}/g) ?? []).map(word => Buffer.from(word, 'base64url').toString()).join(' ');
    const hidden = refs.flatMap(({ hex, b64 }) => [hex, b64]);
    for (const secret of [...of(buyer), buyer.tenant.name, ...hidden]) expect(decoded(sold)).not.toContain(secret);
    for (const secret of [...of(provider), ...hidden, provider.listing.datasetId])
      expect(decoded(bought + retrieved)).not.toContain(secret);
    expect(bought).toContain(provider.tenant.name);
  });

  test("M5: the gateway's role can't read the hashes of counterparties", async () => {
    const role = new URL(trade.database.runtimeUrl).username;
    const rights = await trade.database.sql(
      `SELECT has_column_privilege($1, 'earning', 'buyer_ref', 'SELECT') AS buyer, has_column_privilege($1, 'charge', 'provider_ref', 'SELECT') AS provider`,
      [role],
    );
    expect(rights).toEqual([{ buyer: false, provider: false }]);
  });
});

describe('roles', () => {
  const FIELDS = [
    'usage { count }',
    'usage { byDay { day } }',
    'usage { records { totalCount } }',
    'charges { totalCount }',
    'chargeTotals { amount }',
    'earnings { totalCount }',
    'earningTotals { amount }',
    'analytics { retrievals }',
    'analytics { byDay { day } }',
    'entitlements { totalCount }',
    'retrievalUse { used }',
  ];

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['operator',       'y.........y'],
    ['viewer',         'yyyyyyyyyyy'],
    ['seller_manager', 'y....yyyy.y'],
    ['buyer_manager',  'yyyyy....yy'],
  ])('R3: %s reads counts, money and people as the permission table says: %s', async (role, held) => {
    const member: MemberActor = await trade.join(deal.buyer, [role as 'viewer']);
    const read = await Promise.all(FIELDS.map(async field => {
      const { errors } = await trade.gateway.ask(`{ tenant { ${field} } }`, member);
      for (const { extensions } of errors) expect(extensions).toMatchObject({ code: 'FORBIDDEN', because: 'ROLE' });
      return errors.length ? '.' : 'y';
    }));
    expect(read.join('')).toBe(held);
  });

  test("T4: records of another tenant can't be read by id and are in no connection or sum", async () => {
    const { usage, charges } = await trade.read(
      deal.buyer.owner,
      `usage${MARCH} { records(first: 1) { edges { node { id } } } } charges(first: 1) { edges { node { id } } }`,
    );
    const { earnings } = await trade.read(deal.provider.owner, 'earnings(first: 1) { edges { node { id } } }');
    const ids = [usage.records, charges, earnings].map(({ edges }) => edges[0].node.id);
    const stranger = await trade.buyer();
    const { data, errors } = await trade.gateway.ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { id } tenant { usage${MARCH} { count records { totalCount } } charges { totalCount } chargeTotals${MARCH} { amount } earnings { totalCount } analytics${MARCH} { retrievals buyers revenue { amount } byDataset { title } } } }`,
      { ...stranger.owner, variables: { ids } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      nodes: [null, null, null],
      tenant: {
        usage: { count: 0, records: { totalCount: 0 } },
        charges: { totalCount: 0 },
        chargeTotals: [],
        earnings: { totalCount: 0 },
        analytics: { retrievals: 0, buyers: 0, revenue: [], byDataset: [] },
      },
    });
  });
});
