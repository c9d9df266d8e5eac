import type { ScriptDatabase } from '../../database.ts';
import type { Acknowledged } from './load.ts';
import type { Tenant } from './tenants.ts';

type Sql = ScriptDatabase['sql'];

/** What is wrong with the rows after a drill: lost or half changes, broken chains and books. */
export async function faultsIn(sql: Sql, tenants: readonly Tenant[], acknowledged: readonly Acknowledged[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { tenant_id, seq, fault } of await sql('SELECT * FROM crossing_audit_breaks()'))
    found.push(`audit event ${seq} of ${tenant_id}: ${fault}`);
  for (const { retrieval, fault } of await sql('SELECT * FROM crossing_billing_faults()')) found.push(`retrieval ${retrieval}: ${fault}`);
  found.push(...(await lost(sql, acknowledged)));
  for (const tenant of tenants) found.push(...(await disagreements(sql, tenant)));
  return found;
}

async function lost(sql: Sql, acknowledged: readonly Acknowledged[]): Promise<readonly string[]> {
  const logged = new Set((await sql("SELECT request_id AS id FROM audit_event WHERE outcome = 'done'")).map(({ id }) => id));
  const charged = new Set((await sql('SELECT id FROM charge')).map(({ id }) => id));
  return acknowledged
    .filter(({ request, usage }) => !(usage ? charged.has(usage) : logged.has(request)))
    .map(({ request, usage, tenantId }) => `${request ?? `retrieval ${usage}`} of ${tenantId} was acknowledged, and is lost`);
}

/** Where the rows of a tenant and its audit log disagree: something was half done. */
async function disagreements(sql: Sql, { id, mark }: Tenant): Promise<readonly string[]> {
  const [counts] = await sql<Record<string, number>>(
    `SELECT
       (SELECT count(*) FROM dataset d FULL JOIN audit_event e ON e.tenant_id = d.tenant_id AND e.target_id = d.id::text AND e.action = 'dataset.create'
        WHERE coalesce(d.tenant_id, e.tenant_id) = $1 AND (d.id IS NULL OR e.id IS NULL) AND d.id IS DISTINCT FROM $1
          AND (e.id IS NULL OR e.action = 'dataset.create'))::int AS "datasets",
       (SELECT count(*) FROM invitation i WHERE i.tenant_id = $1
          AND NOT EXISTS (SELECT FROM audit_event e WHERE e.tenant_id = $1 AND e.target_id = i.id::text AND e.action = 'invitation.create'))::int AS "invitations",
       (SELECT count(*) FROM audit_event e WHERE e.tenant_id = $1 AND e.action = 'invitation.create'
          AND NOT EXISTS (SELECT FROM invitation i WHERE i.tenant_id = $1 AND e.target_id = i.id::text))::int AS "events of invitations",
       (SELECT abs((SELECT count(*) FROM charge WHERE tenant_id = $1) - coalesce((SELECT sum(used) FROM retrieval_count WHERE tenant_id = $1), 0)))::int AS "counts of retrievals",
       (SELECT count(*) FROM tenant t WHERE t.tenant_id = $1 AND t.name <> coalesce((SELECT e.state_after->>'name' FROM audit_event e
          WHERE e.tenant_id = $1 AND e.action = 'tenant.rename' ORDER BY seq DESC LIMIT 1), t.name))::int AS "names"`,
    [id],
  );
  return Object.entries(counts!).flatMap(([what, count]) => (count ? [`${mark}: ${count} ${what} disagree with the log`] : []));
}
