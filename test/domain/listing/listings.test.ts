import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf, LISTING, PRICE, providerOf, rowIn } from '../../support/provider.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
const provider = providerOf(life);

let home: TenantWithMembers;
let datasetId: string;
beforeEach(async () => {
  home = await life.home();
  await provider.run(home.owner, 'setTenantSides', { sells: true }, '__typename');
  datasetId = await provider.dataset(home.owner);
});

const TERMS = { title: 'Rows of things', summary: 'Many.', tags: ['things'], price: PRICE };
const draft = (input: object = {}, who = home.seller_manager) =>
  life.mutate(who, 'draftListing', { datasetId, ...TERMS, ...input }, `listing { ${LISTING} dataset { id } }`);
const change = (name: string, input: object, who = home.seller_manager) => life.mutate(who, name, input, `listing { ${LISTING} }`);
const indexed = () => life.database.sql('SELECT listing_id AS id, price::text FROM market_index WHERE tenant_id = $1', [home.id]);

describe('draftListing', () => {
  test('M1, A1: creates a draft that the marketplace does not show; the event contains its price as a string', async () => {
    const { data, errors } = await draft();
    expect(errors).toEqual([]);
    const now = life.gateway.clock.now().toISOString();
    expect(data.draftListing.listing).toEqual({
      ...{ id: expect.any(String), status: 'DRAFT', title: 'Rows of things', summary: 'Many.', tags: ['things'] },
      ...{ price: { amount: '2.5', currency: 'EUR' }, createdAt: now, updatedAt: now, publishedAt: null, dataset: { id: datasetId } },
    });
    expect(await indexed()).toEqual([]);
    expect((await life.events(home)).at(-1)).toMatchObject({
      ...{ action: 'listing.draft', before: null },
      after: { title: 'Rows of things', summary: 'Many.', tags: ['things'], price: '2.5', currency: 'EUR', dataset: rowIn(datasetId) },
    });
  });

  test('M1: a dataset has at most one listing', async () => {
    expect((await draft()).errors).toEqual([]);
    expect(codeOf(await draft({ title: 'Another' }))).toBe('CONFLICT');
    expect((await life.rows({ of: home.id })).listing).toHaveLength(1);
  });

  test('M1: summary and tags may be left out', async () => {
    const { data } = await draft({ summary: null, tags: undefined });
    expect(data.draftListing.listing).toMatchObject({ summary: '', tags: [] });
  });

  test('M1: tags are stored trimmed, lower-cased, in NFC, without duplicates, in their order', async () => {
    const { data } = await draft({ tags: [' Zebra ', 'CAFE\u0301', 'zebra', 'caf\u00e9', 'a b', '数据'] });
    expect(data.draftListing.listing.tags).toEqual(['zebra', 'caf\u00e9', 'a b', '数据']);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object]>([
    ['an empty title',              { title: ' ' }],
    ['a title of 121 characters',   { title: 't'.repeat(121) }],
    ['a title with a line break',   { title: 'a\nb' }],
    ['a summary of 2,001 characters', { summary: 's'.repeat(2_001) }],
    ['an empty tag',                { tags: ['a', ' '] }],
    ['a tag of 33 characters',      { tags: ['t'.repeat(33)] }],
    ['a tag with a line feed',      { tags: ['a\nb'] }],
    ['21 tags',                     { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }],
    ['a price that is a number',    { price: { amount: 2.5, currency: 'EUR' } }],
    ['a negative price',            { price: { amount: '-1', currency: 'EUR' } }],
    ['a price of 7 decimals',       { price: { amount: '0.0000001', currency: 'EUR' } }],
    ['a price of 15 digits',        { price: { amount: '1'.repeat(15), currency: 'EUR' } }],
    ['a price that is infinite',    { price: { amount: 'Infinity', currency: 'EUR' } }],
    ['a price with an exponent',    { price: { amount: '1e3', currency: 'EUR' } }],
    ['a currency in lower case',    { price: { amount: '1', currency: 'eur' } }],
    ['an unknown currency',         { price: { amount: '1', currency: 'QQQ' } }],
    ['a withdrawn currency',        { price: { amount: '1', currency: 'HRK' } }],
    ['gold',                        { price: { amount: '1', currency: 'XAU' } }],
  ])('M1: %s is BAD_USER_INPUT, and no draft is created', async (_what, input) => {
    expect(codeOf(await draft(input))).toBe('BAD_USER_INPUT');
    expect((await life.rows({ of: home.id })).listing).toEqual([]);
  });

  test.each([
    ['0', '0'],
    ['0.1', '0.1'],
    ['0.000001', '0.000001'],
    ['99999999999999.999999', '99999999999999.999999'],
    ['100.00', '100'],
    ['0.30000000', null],
  ])('M1: the price %s is stored exactly', async (amount, kept) => {
    const answer = await draft({ price: { amount, currency: 'JPY' } });
    expect(answer.data?.draftListing?.listing.price ?? null).toEqual(kept && { amount: kept, currency: 'JPY' });
  });
});

describe('updateListing', () => {
  test('M1, A1: changes the given fields, in the search index too, and leaves the others', async () => {
    const { listingId } = await provider.published(home.owner, TERMS);
    life.gateway.clock.advance({ minutes: 1 });
    const { data } = await change('updateListing', { listingId, price: { amount: '3', currency: 'USD' } });
    const updatedAt = life.gateway.clock.now().toISOString();
    expect(data.updateListing.listing).toMatchObject({ ...TERMS, price: { amount: '3', currency: 'USD' }, status: 'PUBLISHED', updatedAt });
    expect(await indexed()).toEqual([{ id: rowIn(listingId), price: '3.000000' }]);
    expect((await change('updateListing', { listingId, tags: [], summary: '' })).data.updateListing.listing).toMatchObject({
      ...{ title: 'Rows of things', tags: [], summary: '', price: { amount: '3', currency: 'USD' } },
    });
    expect((await life.events(home)).at(-2)).toMatchObject({
      ...{ action: 'listing.update', before: { price: '2.5', currency: 'EUR' }, after: { price: '3', currency: 'USD' } },
    });
    expect(codeOf(await change('updateListing', { listingId, title: '' }))).toBe('BAD_USER_INPUT');
  });
});

describe('a listing whose currency was withdrawn since', () => {
  test('M1: can be read, found and changed, but not published again before its price is renewed', async () => {
    const { listingId } = await provider.published(home.owner, TERMS);
    await life.database.sql("UPDATE listing SET currency = 'HRK' WHERE id = $1", [rowIn(listingId)]);
    const { data } = await life.query(
      home.owner,
      `{ marketplace { search(currency: "HRK", maxPrice: { amount: "2.5", currency: "HRK" }) { edges { node { price { amount currency } } } } } }`,
    );
    expect(data.marketplace.search.edges).toEqual([{ node: { price: { amount: '2.5', currency: 'HRK' } } }]);
    const renamed = await change('updateListing', { listingId, title: 'Renamed' });
    expect(renamed.data.updateListing.listing).toMatchObject({ title: 'Renamed', price: { amount: '2.5', currency: 'HRK' } });
    expect(codeOf(await change('updateListing', { listingId, price: { amount: '2.5', currency: 'HRK' } }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await change('withdrawListing', { listingId }))).toBeNull();
    const refused = await change('publishListing', { listingId });
    expect(refused.errors).toMatchObject([
      {
        message: "The listing's price can't be offered: HRK was withdrawn in 2023-01. Use a current currency.",
        extensions: { code: 'CONFLICT' },
      },
    ]);
    await change('updateListing', { listingId, price: { amount: '0.001', currency: 'CHE' } });
    expect((await change('publishListing', { listingId })).data.publishListing.listing.status).toBe('PUBLISHED');
  });
});

describe('publishListing', () => {
  test('M1, A1: publishes the listing; it can be withdrawn and published again', async () => {
    await provider.stored(home.owner, datasetId);
    const listingId = await provider.draft(home.owner, datasetId);
    const { data } = await change('publishListing', { listingId });
    const first = life.gateway.clock.now().toISOString();
    expect(data.publishListing.listing).toMatchObject({ status: 'PUBLISHED', publishedAt: first });
    expect(await indexed()).toHaveLength(1);
    expect(codeOf(await change('publishListing', { listingId }))).toBe('CONFLICT');
    life.gateway.clock.advance({ minutes: 1 });
    expect((await change('withdrawListing', { listingId })).data.withdrawListing.listing).toMatchObject({
      status: 'WITHDRAWN',
      publishedAt: first,
    });
    expect(await indexed()).toEqual([]);
    expect(codeOf(await change('withdrawListing', { listingId }))).toBe('CONFLICT');
    expect((await change('publishListing', { listingId })).data.publishListing.listing).toMatchObject({
      ...{ status: 'PUBLISHED', publishedAt: life.gateway.clock.now().toISOString() },
    });
    expect((await life.events(home)).slice(-5).map(({ action, code, before }) => [action, code, before?.status])).toEqual([
      ['listing.publish', null, 'draft'],
      ['listing.publish', 'CONFLICT', undefined],
      ['listing.withdraw', null, 'published'],
      ['listing.withdraw', 'CONFLICT', undefined],
      ['listing.publish', null, 'withdrawn'],
    ]);
  });

  test('M1: a draft cannot be withdrawn', async () => {
    const listingId = await provider.draft(home.owner, datasetId);
    expect(codeOf(await change('withdrawListing', { listingId }))).toBe('CONFLICT');
  });

  test('M1: a dataset without a stored object cannot be published: an announced object is not enough', async () => {
    const listingId = await provider.draft(home.owner, datasetId);
    expect(codeOf(await change('publishListing', { listingId }))).toBe('CONFLICT');
    await provider.object(home.owner, datasetId);
    expect(codeOf(await change('publishListing', { listingId }))).toBe('CONFLICT');
    await provider.stored(home.owner, datasetId, 'more', { name: 'more.csv' });
    expect((await change('publishListing', { listingId })).errors).toEqual([]);
  });

  test('M4: while the provider side is off, publishing is SIDE_OFF and the listing stays a draft', async () => {
    await provider.stored(home.owner, datasetId);
    const listingId = await provider.draft(home.owner, datasetId);
    await provider.run(home.owner, 'setTenantSides', { sells: false }, '__typename');
    expect((await change('publishListing', { listingId })).errors).toMatchObject([{ extensions: { code: 'SIDE_OFF', side: 'sells' } }]);
    expect(await indexed()).toEqual([]);
    await provider.run(home.owner, 'setTenantSides', { sells: true }, '__typename');
    expect((await change('publishListing', { listingId })).errors).toEqual([]);
  });

  test('M4: a published listing can be withdrawn while the provider side is off', async () => {
    const { listingId } = await provider.published(home.owner);
    await provider.run(home.owner, 'setTenantSides', { sells: false }, '__typename');
    expect((await change('withdrawListing', { listingId })).errors).toEqual([]);
  });
});

describe('setTenantSides', () => {
  const sides = async (who = home.viewer) => (await life.query(who, '{ tenant { sells buys } }')).data.tenant;
  const set = (input: object, who = home.admin) => life.mutate(who, 'setTenantSides', input, 'tenant { sells buys }');

  test('M4, A1: switching one side leaves the other side and the listings unchanged', async () => {
    const { listingId } = await provider.published(home.owner);
    const before = await sides();
    expect((await set({ buys: !before.buys })).data.setTenantSides.tenant).toEqual({ sells: true, buys: !before.buys });
    expect((await set({ sells: false })).data.setTenantSides.tenant).toEqual({ sells: false, buys: !before.buys });
    expect(
      (await life.query(home.owner, 'query ($id: ID!) { node(id: $id) { ... on Listing { status } } }', { id: listingId })).data.node,
    ).toEqual({
      status: 'PUBLISHED',
    });
    expect((await set({ sells: true, buys: true })).data.setTenantSides.tenant).toEqual({ sells: true, buys: true });
    expect((await life.events(home)).at(-2)).toMatchObject({
      ...{ action: 'tenant.set_sides', before: { sells: true, buys: !before.buys }, after: { sells: false, buys: !before.buys } },
    });
  });

  test('M4: no given side is BAD_USER_INPUT; only owner and admin can switch sides', async () => {
    expect(codeOf(await set({}))).toBe('BAD_USER_INPUT');
    expect(codeOf(await set({ sells: null, buys: null }))).toBe('BAD_USER_INPUT');
    const before = await sides();
    for (const who of [home.seller_manager, home.buyer_manager, home.operator, home.viewer])
      expect(codeOf(await set({ sells: false }, who))).toBe('FORBIDDEN');
    expect(await sides()).toEqual(before);
    expect((await set({ sells: false }, home.owner)).errors).toEqual([]);
  });
});
