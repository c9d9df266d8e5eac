import type { MemberActor, TenantActors, TenantWithMembers } from '../support/tenant-actors.ts';

/** How often each race is run: 5 times as usual, as many as RACE_ROUNDS says otherwise. */
export const ROUNDS = Number(process.env.RACE_ROUNDS ?? 5);

/** How long a race's rounds may take, ms. */
export const PATIENCE = 30_000 + ROUNDS * 20_000;

/** The connections of the gateway under test: what of a race runs at once. */
export const POOL = 10;

/**
 * What must hold after each round, for every outcome: the tenants' owners by count, and the audit
 * log's broken links.
 */
export async function invariants({ database }: TenantActors): Promise<{ owners: readonly number[]; breaks: readonly object[] }> {
  const owners = await database.sql<{ owners: number }>(
    `SELECT DISTINCT count(m.id) FILTER (WHERE 'owner' = ANY (m.roles))::int AS owners
     FROM tenant t LEFT JOIN membership m USING (tenant_id) WHERE t.status <> 'deleted' GROUP BY t.tenant_id`,
  );
  return { owners: owners.map(row => row.owners), breaks: await database.sql('SELECT * FROM crossing_audit_breaks()') };
}

/** What {@link invariants} are when all is well. */
export const SOUND = { owners: [1], breaks: [] };

/** How often each code occurs among the results of one mutation; `done` without an error. */
export function tally(outcomes: readonly { readonly code: string | null }[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { code } of outcomes) counted[code ?? 'done'] = (counted[code ?? 'done'] ?? 0) + 1;
  return counted;
}

/** People with these roles in a tenant, all at once. */
export const joinMany = (fixtures: TenantActors, home: TenantWithMembers, count: number): Promise<MemberActor[]> =>
  Promise.all(Array.from({ length: count }, () => fixtures.join(home, ['viewer'])));
