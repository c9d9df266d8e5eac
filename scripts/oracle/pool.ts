import type { GraphQLInterfaceType } from 'graphql';
import { PLAN_CODES } from '../../src/access/vocabulary.ts';
import { isColumn } from '../../src/database/sql/data-model.ts';
import { schema } from './schema.ts';
import type { Sql } from './world.ts';

/** Values for the arguments of documents: own, foreign, absent and refused ones. */
export type Pool = {
  readonly ids: readonly string[];
  readonly tenantIds: readonly string[];
  readonly cursors: readonly string[];
  readonly texts: readonly string[];
  readonly moments: readonly string[];
};

const encoded = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');
const ABSENT = '01a20ac5-7e0e-7725-bb9f-925801a8cdb1';

/** The types of nodes that are a tenant's rows with an id, by the table of their rows. */
const TYPES = schema
  .getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType)
  .filter(({ name }) => isColumn(name, 'tenantId') && isColumn(name, 'id'))
  .map(({ name }) => [name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase(), name] as const);

/** The types of nodes of which each tenant has one. */
const BY_TENANT = ['OwnershipTransfer', 'Marketplace', 'StaffTenant', 'Tombstone'];

/** Reads the values of all rows of a world. */
export async function createPool({ sql }: Sql): Promise<Pool> {
  const ids: string[] = ['no id', encoded('Tenant', ABSENT), encoded('User', ABSENT), encoded('Dataset', ABSENT, ABSENT)];
  const cursors: string[] = ['no cursor', encoded(ABSENT), encoded('1'), encoded('2')];
  for (const [table, type] of TYPES)
    for (const row of await sql<{ tenant: string; id: string }>(`SELECT tenant_id AS tenant, id FROM ${table} ORDER BY tenant_id, id`)) {
      ids.push(encoded(type, row.tenant, row.id));
      cursors.push(encoded(row.id));
    }
  const tenants = await sql<{ id: string; slug: string }>('SELECT tenant_id AS id, slug FROM tenant ORDER BY slug');
  const people = await sql<{ id: string; name: string }>('SELECT id, name FROM person ORDER BY id');
  const listings = await sql<{ id: string; title: string; price: string; at: Date }>(
    'SELECT id, title, price::float8::text AS price, published_at AS at FROM listing ORDER BY id',
  );
  for (const { id } of tenants) ids.push(...['Tenant', 'Tenant', 'Tenant', 'Tenant', ...BY_TENANT].map(type => encoded(type, id)));
  ids.push(...PLAN_CODES.map(code => encoded('Plan', code)));
  for (const { tenant, entitlement, object } of await sql<{ tenant: string; entitlement: string; object: string }>(
    'SELECT DISTINCT tenant_id AS tenant, entitlement_id AS entitlement, object_id AS object FROM usage_record ORDER BY 1, 2, 3',
  ))
    ids.push(encoded('EntitledObject', tenant, entitlement, object));
  for (const { tenant, id } of await sql<{ tenant: string; id: string }>('SELECT tenant_id AS tenant, id FROM membership ORDER BY 1, 2'))
    ids.push(encoded('ViewerMembership', tenant, id));
  for (const { id } of people) ids.push(encoded('User', id));
  for (const { id, price, at } of listings) {
    for (let times = 0; times < 4; times += 1) ids.push(encoded('MarketplaceListing', id));
    for (const place of [
      ['price', price, id],
      ['newest', at.toISOString(), id],
      ['relevance', '0', id],
    ])
      cursors.push(Buffer.from(JSON.stringify(place)).toString('base64url'));
  }
  return {
    ids,
    tenantIds: [...tenants.map(({ id }) => id), ABSENT],
    cursors,
    texts: [
      'weather',
      'alpaca',
      'Weather of bison-slug',
      'o',
      'listing',
      '',
      '%',
      "'",
      ...tenants.map(({ slug }) => slug),
      people[0]!.name,
    ],
    moments: [
      '2020-01-01T00:00:00Z',
      '2026-11-01T00:00:00Z',
      '2026-11-02T12:00:00+02:00',
      '2026-12-01T00:00:00.000Z',
      '2040-01-01T00:00:00Z',
    ],
  };
}
