import { fixtures, type TestDatabase } from '../../support/database.ts';

/** A tenant and how many events its log has. */
export type Chain = { readonly tenantId: string; readonly events: number };

const FILL = `
  INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id)
  SELECT $1::text::uuid, gen_random_uuid(), timestamptz '2026-01-01' + n * interval '61.007 s', (ARRAY['user', 'staff', 'system'])[1 + n % 3], 'actor-' || n % 7, 'Actor ' || n % 7,
    (ARRAY['tenant.rename', 'member.remove', 'plan.upgrade', 'invitation.create'])[1 + n % 4], CASE n % 5 WHEN 0 THEN 'refused' ELSE 'done' END, 'R' || n % 6,
    CASE n % 5 WHEN 0 THEN 'FORBIDDEN' END, CASE WHEN n % 3 > 0 THEN 'Tenant' END, CASE WHEN n % 3 > 0 THEN 'target-' || n END,
    CASE WHEN n % 2 = 0 THEN jsonb_build_object('name', 'before ' || n, 'list', jsonb_build_array(n, null)) END, CASE WHEN n % 4 > 0 THEN jsonb_build_object('name', 'after ' || n) END,
    'request-' || n
  FROM (SELECT set_config('app.tenant_id', $1::text, true)) bound, generate_series($2::int, $3::int) n`;

/** Appends events to a tenant's log, as the gateway's statements do: the database links them. */
export const append = ({ sql }: Pick<TestDatabase, 'sql'>, tenantId: string, from: number, to: number) => sql(FILL, [tenantId, from, to]);

/** Tenants, each with a log of so many events. */
export async function makeChains(database: TestDatabase, sizes: readonly number[]): Promise<readonly Chain[]> {
  const make = fixtures(database);
  const chains: Chain[] = [];
  for (const [place, events] of sizes.entries()) {
    const { id } = await make.tenant(`chain-${place}-${events}`, await make.person(`Chained ${place}-${events}`));
    await append(database, id, 1, events);
    chains.push({ tenantId: id, events });
  }
  return chains;
}
