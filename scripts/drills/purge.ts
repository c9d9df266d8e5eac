import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { openDatabase } from '../../src/database/index.ts';
import { membershipsOf } from '../../src/database/queries/membership.ts';
import { objectKey, prefixOf } from '../../src/domain/object/key.ts';
import { type Files, filesIn } from '../../src/store/files.ts';
import { type Drill, drill } from './drill.ts';

/**
 * `tsx scripts/drills/purge.ts --rounds N`: kills the purge of a tenant N times, at random moments.
 * Checks each time that the receipt counts the removed rows, that the bytes of an object went
 * before the rows that name it, and that no other tenant changed (SPEC S4).
 */

// biome-ignore format: grouped by subject
const TABLES = [
  'data_object', 'dataset', 'stale_object',
  'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'audit_event', 'audit_head', 'membership', 'tenant',
];
const PEOPLE = 1_200;
const BATCH = 50;
/** Objects of a tenant, and as many removed ones whose bytes are still stored. */
const OBJECTS = 40;
const BYTES = Buffer.from('x');
/** A purge is killed after at most this time, ms. */
const MAX_MS = 150;
const ISSUER = 'https://drill.example';

type Counts = Readonly<Record<string, number>>;

/**
 * Creates a tenant of which every person is a member, with rows in the tables above (but in
 * `ownership_transfer`, which a change of status empties), and bytes in the store.
 */
async function tenant({ sql }: Drill, files: Files, slug: string, status: string): Promise<string> {
  const id = randomUUID();
  const event = `'user', 'someone', 'Someone', 'tenant.rename', 'done', 'S1', 'drill', '', ''`;
  await sql(`
    BEGIN;
    SET LOCAL app.tenant_id = '${id}';
    INSERT INTO tenant (tenant_id, slug, name, status, plan_code) VALUES ('${id}', '${slug}', '${slug}', '${status}', 'ENTERPRISE');
    INSERT INTO membership (tenant_id, id, person_id, roles)
      SELECT '${id}', gen_random_uuid(), id, CASE subject WHEN 'person-1' THEN '{owner}'::text[] ELSE '{viewer}' END FROM person;
    INSERT INTO invitation (tenant_id, id, email, roles, inviter, expires_at)
      SELECT '${id}', gen_random_uuid(), 'guest' || n || '@people.example', '{viewer}', 'Person 1', now() + interval '7 days' FROM generate_series(1, 800) n;
    INSERT INTO idempotency_key (tenant_id, key_hash, fingerprint, answer, expires_at)
      SELECT '${id}', sha256(n::text::bytea), '', '', now() + interval '1 day' FROM generate_series(1, 300) n;
    INSERT INTO dataset (tenant_id, id, name) VALUES ('${id}', '${id}', 'Drill');
    INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at)
      SELECT '${id}', gen_random_uuid(), '${id}', n || '.csv', 1, 'text/csv', sha256('x'), now() FROM generate_series(1, ${OBJECTS}) n;
    INSERT INTO stale_object (tenant_id, id) SELECT '${id}', gen_random_uuid() FROM generate_series(1, ${OBJECTS}) n;
    INSERT INTO contract (tenant_id) VALUES ('${id}');
    INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id, previous_hash, hash)
      SELECT '${id}', gen_random_uuid(), now(), ${event} FROM generate_series(1, 1200);
    COMMIT`);
  const facts = { size: BigInt(BYTES.length), mediaType: 'text/csv', sha256: createHash('sha256').update(BYTES).digest() };
  const objects = await sql<{ id: string }>(
    'SELECT id FROM data_object WHERE tenant_id = $1 UNION ALL SELECT id FROM stale_object WHERE tenant_id = $1',
    [id],
  );
  for (const object of objects) await files.write(objectKey(id, object.id), facts, Readable.from([BYTES]));
  return id;
}

/** How many of a tenant's objects have bytes in the store. */
const bytesOf = (folder: string, id: string): Promise<number> =>
  readdir(join(folder, prefixOf(id))).then(
    names => names.length,
    error => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );

const isKept = async ({ sql }: Drill, id: string) =>
  (await sql("SELECT FROM tenant WHERE tenant_id = $1 AND status <> 'deleted'", [id])).length === 1;

async function counts({ sql }: Drill, id: string): Promise<Counts> {
  const found: Record<string, number> = {};
  for (const table of TABLES)
    found[table] = (await sql<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table} WHERE tenant_id = $1`, [id]))[0]!.rows;
  return found;
}

/** A hash of a tenant's rows for each table. */
async function digest({ sql }: Drill, id: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const [row] = await sql<{ text: string }>(
      `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS text FROM ${table} t WHERE tenant_id = $1`,
      [id],
    );
    found[table] = row!.text;
  }
  return found;
}

async function check(world: Drill, folder: string, id: string, before: Counts, isDone: boolean): Promise<void> {
  const { sql, fault } = world;
  const left = await counts(world, id);
  const [tombstone] = await sql<{ purged: Date | null }>('SELECT purged_at AS purged FROM tombstone WHERE tenant_id = $1', [id]);
  const receipt = Object.fromEntries(
    (await sql('SELECT table_name AS name, row_count AS rows FROM purge_receipt WHERE tenant_id = $1', [id])).map(row => [
      row.name,
      row.rows,
    ]),
  );
  const bytes = await bytesOf(folder, id);
  const [claim] = await sql('SELECT FROM slug_claim WHERE held_by = $1', [id]);
  if (!tombstone) {
    if (isDone) fault('a purge that ended left no tombstone');
    if (!isDeepStrictEqual(left, before) || Object.keys(receipt).length || !claim || bytes !== 2 * OBJECTS)
      fault('something was removed before the tombstone');
    return;
  }
  if (claim) fault('a tenant with a tombstone holds its slug');
  if (await isKept(world, id)) fault('a tenant with a tombstone is not deleted');
  for (const table of TABLES)
    if ((receipt[table] ?? 0) + left[table]! !== before[table])
      fault(`${table}: ${before[table]} rows, of which ${left[table]} are left and the receipt has ${receipt[table] ?? 0}`);
  const isGone = TABLES.every(table => left[table] === 0);
  if (isGone !== (tombstone.purged !== null))
    fault(`the tombstone says ${tombstone.purged ? 'purged' : 'under way'}, the rows say otherwise`);
  if (bytes && !isDeepStrictEqual(left, before)) fault(`rows were removed while ${bytes} objects had bytes in the store`);
  if (isDone && (!isGone || bytes)) fault('a purge that ended left rows or bytes');
}

await drill('purge', async world => {
  const { rounds, sql, child, fault, runtimeUrl } = world;
  await sql(
    `INSERT INTO person (id, issuer, subject, name, email, email_verified)
     SELECT gen_random_uuid(), '${ISSUER}', 'person-' || n, 'Person ' || n, 'p' || n || '@people.example', true FROM generate_series(1, ${PEOPLE}) n`,
  );
  const objects = await mkdtemp(join(tmpdir(), 'ipto-drill-objects-'));
  const files = filesIn(objects);
  const neighbour = await tenant(world, files, 'neighbour', 'active');
  const untouched = await digest(world, neighbour);
  const database = openDatabase(runtimeUrl, { poolSize: 1 });
  let kills = 0;
  for (let victims = 1; kills < rounds; victims += 1) {
    const id = await tenant(world, files, `victim-${victims}`, 'pending_deletion');
    const before = await counts(world, id);
    const env = { DRILL_DATABASE_URL: runtimeUrl, DRILL_TENANT: id, DRILL_BATCH: String(BATCH), DRILL_OBJECTS: objects };
    for (let isDone = false; !isDone; ) {
      const purge = await child<string>('./purge-child.ts', env);
      const isLast = kills >= rounds; // the last purge may finish
      const ended = await Promise.race([purge.ended, ...(isLast ? [] : [sleep(Math.random() * MAX_MS, 'still at work' as const)])]);
      if (ended === 'still at work') {
        await purge.kill();
        kills += 1;
      } else if (ended !== 0) throw new Error(`the purge ended with ${ended}`);
      isDone = ended === 0;
      await check(world, objects, id, before, isDone);
      const others = await bytesOf(objects, neighbour);
      if (others !== 2 * OBJECTS || !isDeepStrictEqual(await digest(world, neighbour), untouched)) fault('the other tenant changed');
      const { memberships } = await membershipsOf(database.queryText, { issuer: ISSUER, subject: 'person-7' }, null);
      const seen = memberships.some(({ tenantId }) => tenantId === id);
      if (seen !== (await isKept(world, id))) fault(`the tenant is ${seen ? 'still seen' : 'not seen any more'} by its members`);
    }
  }
  await database.close();
  await rm(objects, { recursive: true });
  return kills;
});
