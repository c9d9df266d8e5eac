import type { Role, TenantStatus } from '../../src/access/vocabulary.ts';
import { fixtures, type Member, type Tenant, type TestDatabase, useDatabase } from './database.ts';
import { type Answer, type TestGateway, useGateway } from './gateway.ts';

/** A tenant with its members by role. */
export type TenantWithMembers = Tenant & Readonly<Record<Role, Member>>;

/** A caller: a member in their tenant, or the holder of a token. */
export type Caller = Member | { readonly token: string; readonly tenant?: string };

const ROLES = ['admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const;

/** A gateway for a test file, with helpers for tests of the tenant's life cycle. */
export function useTenantFixtures() {
  const database = useDatabase();
  return tenantFixturesOf(database, useGateway(database));
}

export type TenantFixtures = ReturnType<typeof tenantFixturesOf>;

function tenantFixturesOf(database: TestDatabase, gateway: TestGateway) {
  const make = fixtures(database);
  let homes = 0;

  const query = async (caller: Caller, text: string, variables: object = {}, at: TestGateway = gateway): Promise<Answer> => {
    if ('token' in caller) return at.ask(text, { ...caller, variables });
    return at.ask(text, { token: await at.tokenOf(caller.person, { email: caller.person.email }), tenant: caller.tenantId, variables });
  };

  return {
    database,
    gateway,
    make,
    query,
    staff: async (): Promise<Caller> => ({ token: await gateway.tokenOf({ subject: 'staff-dana', name: 'Dana' }, { ipto_staff: true }) }),

    /** An active tenant with one member per role, on a plan with high limits. */
    async home({
      name,
      plan = 'PROFESSIONAL',
    }: {
      name?: string;
      plan?: 'FREE' | 'STARTER' | 'PROFESSIONAL';
    } = {}): Promise<TenantWithMembers> {
      homes += 1;
      const tenant = await make.tenant(`home-${homes}`, await make.person(`Owner ${homes}`), { plan, ...(name && { name }) });
      const members: Partial<Record<Role, Member>> = { owner: tenant.owner };
      for (const role of ROLES) members[role] = await make.member(tenant, await make.person(`${role} ${homes}`), [role]);
      return { ...tenant, ...(members as Record<Role, Member>) };
    },

    /** Runs a mutation. */
    mutate: (caller: Caller, name: string, input: object = {}, selection = '__typename', at?: TestGateway): Promise<Answer> =>
      query(
        caller,
        `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`,
        { input },
        at,
      ),

    async statusOf({ id }: Pick<Tenant, 'id'>): Promise<{ status: TenantStatus; reason: string | null } | undefined> {
      return (
        await database.sql<{ status: TenantStatus; reason: string | null }>(
          'SELECT status, status_reason AS reason FROM tenant WHERE tenant_id = $1',
          [id],
        )
      )[0];
    },

    /** The audit events of a tenant, oldest first. */
    events: ({ id }: Pick<Tenant, 'id'>) =>
      database.sql(
        `SELECT action, outcome, code, actor_kind AS "by", actor_name AS name, state_before AS "before", state_after AS "after"
         FROM audit_event WHERE tenant_id = $1 ORDER BY seq`,
        [id],
      ),

    rows: (where: { of?: string; except?: string }) => rowsOf(database, where),
  };
}

/** Every row of one tenant, or of all others, as text by table: to compare before and after. */
export async function rowsOf(
  { sql }: Pick<TestDatabase, 'sql'>,
  { of, except }: { of?: string; except?: string },
): Promise<Record<string, string[]>> {
  const tables = await sql<{ name: string; key: string }>(
    `SELECT c.relname AS name, a.attname AS key FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname IN ('tenant_id', 'held_by') ORDER BY 1`,
  );
  const rows: Record<string, string[]> = {};
  for (const { name, key } of tables) {
    const found = await sql<{ row: string }>(
      `SELECT t::text AS row FROM ${name} t WHERE ${key} ${of ? '=' : 'IS DISTINCT FROM'} $1 ORDER BY 1`,
      [of ?? except],
    );
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}
