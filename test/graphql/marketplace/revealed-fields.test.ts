import { GraphQLObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.ts';
import type { TenantWithMembers } from '../../support/tenant-actors.ts';
import { LISTING, listingId, useMarket } from './market.ts';

/**
 * The columns that reveal something of a provider (SPEC M5, T5), and those that only concern the
 * bound tenant.
 */
const REVEALED = {
  id: 'uuid',
  title: 'text',
  summary: 'text',
  tags: 'text[]',
  price: 'numeric',
  currency: 'text',
  provider: 'text',
  published_at: 'timestamp with time zone',
};
const OF_THE_CALLER = { own: 'boolean', entitled: 'boolean' };

const FIELDS = {
  Marketplace: ['id', 'listing', 'search', 'tags'],
  MarketplaceListing: ['entitled', 'id', 'own', 'price', 'provider', 'publishedAt', 'summary', 'tags', 'title'],
  MarketplaceTag: ['count', 'tag'],
};

const market = useMarket();
let provider: TenantWithMembers;
let published: { id: string; datasetId: string };
beforeAll(async () => {
  provider = await market.provider();
  published = await market.listing(provider.tenant, {
    title: 'Shown title',
    summary: 'Shown summary',
    tags: ['shown-tag'],
    price: '12.5',
    currency: 'CHF',
    publishedAt: new Date('2026-01-01'),
  });
});

describe('T5, M5: exactly these fields of a provider are readable by other tenants', () => {
  test('from the database: the columns of the cross-tenant functions', async () => {
    const columns = await market.database.sql<{ name: string; columns: Record<string, string> | null; result: string }>(
      `SELECT p.proname::text AS name, format_type(p.prorettype, NULL) AS result,
         (SELECT json_object_agg(n, format_type(t, NULL)) FROM unnest(p.proargnames, p.proallargtypes, p.proargmodes) AS a (n, t, mode) WHERE mode = 't') AS columns
       FROM pg_proc p WHERE proname LIKE 'crossing_market%' ORDER BY 1`,
    );
    expect(columns).toEqual([
      { name: 'crossing_market_count', result: 'integer', columns: null },
      { name: 'crossing_market_listings', result: 'record', columns: { ...REVEALED, ...OF_THE_CALLER } },
      { name: 'crossing_market_search', result: 'record', columns: { listing_id: 'uuid', rank: 'real' } },
      { name: 'crossing_market_tags', result: 'record', columns: { tag: 'text', listings: 'integer' } },
    ]);
  });

  test('from the schema: the fields of every type whose rows come from a cross-tenant function', () => {
    const types = Object.values(buildSchema().getTypeMap()).filter(
      (type): type is GraphQLObjectType =>
        type instanceof GraphQLObjectType && (type.extensions.pothosOptions as { tenantOf?: unknown })?.tenantOf === 'crossing',
    );
    expect(Object.fromEntries(types.map(type => [type.name, Object.keys(type.getFields()).sort()]))).toEqual(FIELDS);
  });
});

/** Every value of a tenant's rows as text, by table and column. */
async function valuesOf(tenantId: string): Promise<Map<string, string>> {
  const tables = await market.database.sql<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
  );
  const values = new Map<string, string>();
  for (const { name } of tables)
    for (const { row } of await market.database.sql<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(x) AS row FROM ${name} x WHERE tenant_id = $1`,
      [tenantId],
    ))
      for (const [column, value] of Object.entries(row))
        values.set(`${name}.${column}: ${JSON.stringify(value)}`, typeof value === 'string' ? value : JSON.stringify(value));
  return values;
}

const NODES = `query ($id: ID!) { node(id: $id) { id ... on MarketplaceListing { ${LISTING} } } marketplace { listing(id: $id) { ${LISTING} } } }`;

test('M5, T4: no marketplace query reveals any other data of a provider', async () => {
  const { tenant, owner } = provider;
  const { database, buyer, gateway } = market;
  await database.sql(
    `UPDATE tenant SET slug = slug, billing_email = 'canary-bills@people.example', status_reason = 'canary-reason' WHERE tenant_id = $1`,
    [tenant.id],
  );
  await database.sql(`UPDATE dataset SET name = 'canary-dataset', description = 'canary-description' WHERE tenant_id = $1`, [tenant.id]);
  await market.object(
    tenant,
    { id: published.datasetId },
    { name: 'canary-object.csv', content: 'canary-content', mediaType: 'canary/media' },
  );
  await market.listing(tenant, {
    status: 'draft',
    title: 'canary-draft',
    summary: 'canary-draft-summary',
    tags: ['canary-draft-tag'],
    price: '77.77',
    currency: 'SEK',
  });
  await market.listing(tenant, { status: 'withdrawn', title: 'canary-withdrawn', summary: 'canary-gone', tags: ['canary-withdrawn-tag'] });
  await market.entitlement({ id: (await market.home()).tenant.id }, published);

  const answers = [];
  for (const variables of [
    {},
    { query: 'told' },
    { query: 'canary' },
    { tags: ['shown-tag'] },
    { sort: 'PRICE', currency: 'CHF' },
    { first: 1 },
    { last: 1 },
    { after: 'x' },
    { query: 'a'.repeat(300) },
  ])
    answers.push(await market.search(variables));
  for (const id of [listingId(published.id), listingId(tenant.id), Buffer.from(`Tenant:${tenant.id}`).toString('base64url'), 'x'])
    answers.push(await gateway.ask(NODES, { ...buyer.owner, variables: { id } }));
  const responses = answers.map(({ text, headers }) => `${text}${[...headers].join()}`).join('\n');
  const decoded = [...responses.matchAll(/[\w-]{16,}/g)].map(([text]) => Buffer.from(text, 'base64url').toString('latin1')).join('\n');
  const revealed = `${responses}\n${decoded}`;

  for (const text of ['Shown title', 'Shown summary', 'shown-tag', '12.5', 'CHF', tenant.name, published.id])
    expect(responses.includes(text) || decoded.includes(text), text).toBe(true);
  const secrets = await valuesOf(tenant.id);
  secrets.set('person', owner.person.name).set('address', owner.person.email).set('id', owner.person.id);
  const isTold = (key: string) =>
    /^(listing|market_index)\.(id|listing_id|title|summary|tags|price|currency|published_at): /.test(key) ||
    key.startsWith('tenant.name: ');
  const leaked = [...secrets].filter(([, value]) => value.length > 9 && revealed.includes(value)).map(([key]) => key);
  expect(leaked.filter(key => !isTold(key))).toEqual([]);
  expect(revealed).not.toContain('canary');
  expect([...secrets.values()].filter(value => value.includes('canary')).length).toBeGreaterThan(9);
  for (const value of [tenant.id, tenant.slug, published.datasetId, provider.tenant.id.replaceAll('-', '')])
    expect(revealed).not.toContain(value);
});
