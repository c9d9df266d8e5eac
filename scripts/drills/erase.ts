import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/database/index.ts';
import { auditBreaks } from '../../src/database/queries/audit.ts';
import { beginErasure } from '../../src/database/queries/erasure.ts';
import { type Drill, drill } from './drill.ts';

/**
 * `tsx scripts/drills/erase.ts --rounds N`: kills the erasure of a person N times, at random
 * moments. Checks each time that the audit log verifies, and at the end that no table has the
 * person's name or address (SPEC R10).
 */

const EVENTS = 1_000;
const BATCH = 40;
/** An erasure is killed after at most this time, ms. */
const MAX_MS = 200;
const ISSUER = 'https://drill.example';

type Victim = { readonly tenantId: string; readonly subject: string; readonly name: string; readonly email: string };

/** A viewer of a new tenant, and the events by them and about their address. */
async function victim({ sql }: Drill, number: number): Promise<Victim> {
  const [tenantId, person] = [randomUUID(), randomUUID()];
  const [subject, name, email] = [`subject-${number}-x`, `Zelda Victim ${number}x`, `victim-${number}-x@people.example`];
  await sql(`
    BEGIN;
    SET LOCAL app.tenant_id = '${tenantId}';
    INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ('${person}', '${ISSUER}', '${subject}', '${name}', '${email}', true);
    INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ('${tenantId}', 'tenant-${number}', 'Tenant ${number}', 'ENTERPRISE');
    INSERT INTO membership (tenant_id, id, person_id, roles)
      SELECT '${tenantId}', gen_random_uuid(), id, CASE subject WHEN 'owner' THEN '{owner}'::text[] ELSE '{viewer}' END
      FROM person WHERE subject IN ('owner', '${subject}');
    INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_after, request_id)
      SELECT '${tenantId}', gen_random_uuid(), now(), 'user', '${person}', '${name}', 'invitation.create', 'done', 'R5', 'Invitation', gen_random_uuid(),
        jsonb_build_object('email', CASE n % 3 WHEN 0 THEN '${email}' ELSE 'guest@people.example' END), 'drill' FROM generate_series(1, ${EVENTS}) n;
    COMMIT`);
  return { tenantId, subject, name, email };
}

/** The tables that have one of the texts. */
async function tablesWith({ sql }: Drill, texts: readonly string[]): Promise<readonly string[]> {
  const tables = await sql<{ name: string }>("SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'");
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql(`SELECT FROM ${name} t WHERE ${texts.map(text => `strpos(t::text, '${text}') > 0`).join(' OR ')} LIMIT 1`, []);
    if (rows.length) found.push(name);
  }
  return found;
}

await drill('erase', async world => {
  const { rounds, sql, child, fault, runtimeUrl } = world;
  await sql(`INSERT INTO person (id, issuer, subject, name) VALUES (gen_random_uuid(), '${ISSUER}', 'owner', 'Owner')`);
  const database = openDatabase(runtimeUrl, { poolSize: 1 });
  let kills = 0;
  for (let victims = 1; kills < rounds; victims += 1) {
    const { tenantId, subject, name, email } = await victim(world, victims);
    const profile = { issuer: ISSUER, subject, name, email, emailVerified: true };
    const unit = database.bind({ tenantId: null, personId: null });
    await unit.transaction(({ query }) => beginErasure(query, profile, new Date()));
    for (let isDone = false; !isDone; ) {
      const erasure = await child<string>('./erase-child.ts', {
        ...{ DRILL_DATABASE_URL: runtimeUrl, DRILL_TENANT: tenantId, DRILL_BATCH: String(BATCH) },
      });
      const isLast = kills >= rounds; // the last erasure may finish
      const ended = await Promise.race([erasure.ended, ...(isLast ? [] : [sleep(Math.random() * MAX_MS, 'still at work' as const)])]);
      if (ended === 'still at work') {
        await erasure.kill();
        kills += 1;
      } else if (ended !== 0) throw new Error(`the erasure ended with ${ended}`);
      isDone = ended === 0;
      const { breaks } = await auditBreaks(database.query);
      if (breaks.length) fault(`the log of ${breaks[0]!.tenantId} is broken at ${breaks[0]!.seq}: ${breaks[0]!.fault}`);
    }
    const left = await tablesWith(world, [subject, name, email]);
    if (left.length) fault(`an erasure that ended left the person in ${left.join(', ')}`);
    const events = await sql("SELECT FROM audit_event WHERE tenant_id = $1 AND action = 'member.erase'", [tenantId]);
    if (events.length !== 1) fault(`the end of the membership left ${events.length} events`);
  }
  await database.close();
  return kills;
});
