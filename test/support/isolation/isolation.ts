import { uuidv7 as uuid } from 'uuidv7';
import { fixtures, ISSUER, type Person, type TestDatabase } from '../database.ts';
import { useResource } from '../resource.ts';
import { TABLES, type TableName } from '../tables.ts';
import { insertLifecycleRows, insertTombstone, type LifecycleValues, lifecycleValues } from './lifecycle-rows.ts';
import { insertMarketRows, type MarketValues, marketValues } from './market.ts';

/** The ids and texts of one tenant, none of which another tenant may learn. */
export type Target = LifecycleValues &
  MarketValues & {
    readonly tenantId: string;
    readonly slug: string;
    readonly name: string;
    readonly billingEmail: string;
    readonly statusReason: string;
    readonly membershipId: string;
    readonly userId: string;
    readonly personName: string;
    readonly email: string;
    readonly subject: string;
  };

/** One of two tenants, with three members, one of whom is in both. */
export type Side = Target & { readonly ownerId: string; readonly secrets: readonly string[] };

export type World = {
  readonly a: Side;
  readonly b: Side;
  /** A member of both tenants. */
  readonly shared: Person;
  /** A person who is a member nowhere. */
  readonly stranger: Person;
  readonly rows: Rows;
};

/** The target of a tenant that doesn't exist. */
export const absent = (): Target => ({
  ...lifecycleValues('Absent'),
  ...marketValues('Absent'),
  tenantId: uuid(),
  slug: 'absent-slug',
  name: 'Absent name',
  billingEmail: 'absent@bills.example',
  statusReason: 'absent reason',
  membershipId: uuid(),
  userId: uuid(),
  personName: 'Absent Person',
  email: 'absent@people.example',
  subject: 'absent-subject',
});

/** Two tenants for a test file; see {@link useResource}. */
export const useWorld = (database: TestDatabase): World => useResource(() => createWorld(database));

/**
 * Creates two tenants on one plan that differ only in texts and ids. Every text of a side contains
 * its `mark`.
 */
export async function createWorld(database: TestDatabase): Promise<World> {
  const make = fixtures(database);
  const shared = await make.person('Shared Person');
  const stranger = await make.person('Stranger Person');
  const side = async (mark: string): Promise<Side> => {
    const owner = await make.person(`${mark} Owner`);
    const viewer = await make.person(`${mark} Viewer`);
    const tenant = await make.tenant(`${mark.toLowerCase()}-slug`, owner, { plan: 'STARTER', name: `${mark} name` });
    const statusReason = `${mark} reason`;
    await make.setStatus(tenant, 'active', statusReason);
    const member = await make.member(tenant, viewer, ['viewer']);
    const both = await make.member(tenant, shared, ['admin', 'operator']);
    const billingEmail = `${tenant.slug}@bills.example`;
    const words = { ...lifecycleValues(mark), ...marketValues(mark) };
    await insertLifecycleRows(database, { id: tenant.id, ownerMembershipId: tenant.owner.id, recipientMembershipId: member.id }, words);
    await insertMarketRows(database, tenant.id, words);
    await insertTombstone(database, tenant.id);
    const people = [owner, viewer].flatMap(({ id, name, email }) => [id, name, email]);
    return {
      ...words,
      tenantId: tenant.id,
      slug: tenant.slug,
      name: tenant.name,
      billingEmail,
      statusReason,
      membershipId: member.id,
      userId: viewer.id,
      personName: viewer.name,
      email: viewer.email,
      subject: viewer.subject,
      ownerId: owner.id,
      secrets: [
        tenant.id,
        tenant.slug,
        tenant.name,
        billingEmail,
        statusReason,
        tenant.owner.id,
        member.id,
        both.id,
        ...people,
        ...Object.values(words),
      ],
    };
  };
  const [a, b] = [await side('Alpaca'), await side('Bison')];
  // No token is newer, so that signing in changes no person.
  await database.sql("UPDATE person SET signed_in_at = now() + interval '1 day'");
  return { a, b, shared, stranger, rows: await rowsOf(database) };
}

type Row = Readonly<Record<string, unknown>>;

/** Every row of every table. */
export type Rows = Readonly<Record<TableName, readonly Row[]>>;

/** Reads all rows as a superuser. */
export async function rowsOf({ sql }: Pick<TestDatabase, 'sql'>): Promise<Rows> {
  const all = TABLES.map(
    table => `'${table}', (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY to_jsonb(r)::text), '[]'::jsonb) FROM ${table} r)`,
  );
  const [row] = await sql<{ rows: Rows }>(`SELECT jsonb_build_object(${all.join(', ')}) AS rows`, [], 'all rows');
  return row!.rows;
}

/** Replaces the rows of all tables that differ from those `present`, without triggers. */
export async function restoreRows({ sql }: Pick<TestDatabase, 'sql'>, rows: Rows, present?: Rows): Promise<void> {
  present ??= await rowsOf({ sql });
  const changed = TABLES.filter(table => JSON.stringify(present[table]) !== JSON.stringify(rows[table]));
  if (!changed.length) return;
  const quoted = (table: keyof Rows) => `'${JSON.stringify(rows[table]).replaceAll("'", "''")}'`;
  await sql(`BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL standard_conforming_strings = on;
    ${changed.map(table => `DELETE FROM ${table};`).join(' ')}
    ${changed.map(table => `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, ${quoted(table)});`).join(' ')}
    COMMIT`);
}

/** Whether a row belongs to one side only: to its tenant, or a person who is only its member. */
const isOf =
  (table: string, { tenantId, userId, ownerId }: Side) =>
  (row: Row): boolean => {
    if (table === 'person') return row.id === userId || row.id === ownerId;
    return (table === 'slug_claim' ? row.held_by : row.tenant_id) === tenantId;
  };

const filtered = (rows: Rows, keep: (table: string) => (row: Row) => boolean): Rows =>
  Object.fromEntries(Object.entries(rows).map(([table, all]) => [table, table === 'plan' ? all : all.filter(keep(table))])) as Rows;

/** The rows that belong to one side only, which the other must neither see nor change. */
export const rowsOfOther = (rows: Rows, side: Side): Rows => filtered(rows, table => isOf(table, side));

/** The rows as they would be without a side's tenant. */
export const rowsWithout = (rows: Rows, side: Side): Rows =>
  filtered(rows, table => {
    const isItsOwn = isOf(table, side);
    return row => !isItsOwn(row);
  });

/** A value as JSON, with bigints as strings. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner));

/** The result or error of a read as text, with values of the target and times replaced. */
export async function outcome(ask: () => Promise<unknown>, target: Target): Promise<string> {
  const result = await ask().then(
    value => ({ value }),
    (error: Error & { code?: unknown; meta?: unknown }) => ({ error: [error.name, error.code, error.message] }),
  );
  return withPlaceholders(toJson(result), target);
}

const NOW = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g;

function withPlaceholders(text: string, target: Target): string {
  const words = Object.entries(target).filter(([key]) => key !== 'ownerId' && key !== 'secrets') as [string, string][];
  const replaced = words.sort((x, y) => y[1].length - x[1].length).reduce((left, [key, word]) => left.replaceAll(word, `<${key}>`), text);
  return replaced.replace(NOW, '"<time>"');
}

/** The secrets of a side that a text contains. */
export const secretsIn = (text: string, { secrets }: Side): readonly string[] =>
  secrets.filter(secret => text.toLowerCase().includes(secret.toLowerCase()));

export { ISSUER };
