import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { migrate, migrationsIn } from '../../../src/database/admin/migrate.ts';
import { openDatabase } from '../../../src/database/index.ts';
import { auditBreaks, auditHeads, lostAnchors } from '../../../src/database/queries/audit.ts';
import { beginErasure } from '../../../src/database/queries/erasure.ts';
import { erasePeople } from '../../../src/domain/person/erase-in-tenant.ts';
import { append, type Chain, makeChains } from '../../domain/audit/chains.ts';
import { fixtures, ISSUER } from '../../support/database.ts';
import { tablesNaming } from '../../support/dump.ts';
import { emptyDatabase } from '../../support/isolation/databases.ts';

/** Logs that were written before hashes had salted digests (SPEC R10, A2). */
const FORM_2 = '20261129220300_erasure';
const FOLDER = path.join(import.meta.dirname, '../../../prisma/migrations');

const folder = mkdtempSync(path.join(tmpdir(), 'ipto-form-1-'));
let made: Awaited<ReturnType<typeof emptyDatabase>>;
let client: pg.Client;
const sql = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  (await client.query<Row>(text, [...values])).rows;
const query = async <Row>(text: string, values: readonly unknown[]) => (await client.query(text, [...values])).rows as Row[];
const behindItsBack = (text: string) => sql(`BEGIN; SET LOCAL session_replication_role = replica; ${text}; COMMIT`);

let sound: Chain;
let tampered: Chain;
let heads: Awaited<ReturnType<typeof auditHeads>>;
const person = { id: uuid(), name: 'Zelda Before', email: 'zelda.before@people.example' };

beforeAll(async () => {
  cpSync(FOLDER, folder, { recursive: true });
  for (const name of migrationsIn().filter(name => name >= FORM_2)) rmSync(path.join(folder, name), { recursive: true });
  made = await emptyDatabase();
  const { runtime } = inject('cluster');
  // The migrations are applied; the grants of this build name tables and columns that come later.
  await expect(migrate({ url: made.url, runtime, folder })).rejects.toThrow(/^(relation|column) .* does not exist$/);
  client = new pg.Client({ connectionString: made.url });
  await client.connect();
  [sound, tampered] = (await makeChains({ sql } as never, [120, 40])) as [Chain, Chain];
  const { tenantId } = sound;
  await sql('INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ($1, $2, $3, $4, $3, true)', [
    ...[person.id, ISSUER, person.email, person.name],
  ]);
  const holder = await fixtures({ sql } as never).member({ id: tenantId }, { ...person, subject: person.email }, ['buyer_manager']);
  const [key] = await sql<{ id: string }>(
    `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name)
     VALUES ($1, gen_random_uuid(), 'Key', '{tenant:read}', sha256('x'), $2, $3) RETURNING id`,
    [tenantId, holder.id, person.name],
  );
  // what tells after the upgrade whose the key is: its holder has left
  await sql(
    `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_before, request_id)
     SELECT t.id, gen_random_uuid(), now(), 'user', $2, $3, a.action, 'done', 'R4', a.type, a.target, a.before, 'r'
     FROM (SELECT set_config('app.tenant_id', $1, false)::uuid AS id) t,
       (VALUES ('api_key.create', 'ApiKey', $4, NULL), ('member.remove', 'Membership', $5, jsonb_build_object('name', $3::text))) AS a (action, type, target, before)`,
    [tenantId, person.id, person.name, key!.id, holder.id],
  );
  await sql('DELETE FROM membership WHERE id = $1', [holder.id]);
  heads = await auditHeads(query);
  await behindItsBack(`UPDATE audit_event SET actor_name = 'Forged' WHERE tenant_id = '${tampered.tenantId}' AND seq = 17`);
  expect(await migrate({ url: made.url, runtime })).toMatchObject({ applied: expect.arrayContaining([FORM_2]) });
});
afterAll(async () => {
  await client?.end();
  await made?.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('A2: a log from before digests', () => {
  test('has hashes of form 2, verifies, and the anchors saved before still fit', async () => {
    const forms = await sql('SELECT DISTINCT form FROM audit_event WHERE tenant_id = $1', [sound.tenantId]);
    expect(forms).toEqual([{ form: 2 }]);
    expect((await auditBreaks(query)).breaks.map(({ tenantId }) => tenantId)).toEqual([tampered.tenantId]);
    expect(heads.map(({ tenantId }) => tenantId).sort()).toEqual([sound.tenantId, tampered.tenantId].sort());
    expect(await lostAnchors(query, heads)).toEqual([]);
  });

  test('that was broken is broken at the same link: the upgrade launders nothing', async () => {
    expect((await auditBreaks(query)).breaks).toEqual([{ tenantId: tampered.tenantId, seq: 17, fault: 'changed' }]);
  });

  test('that is changed after the upgrade is broken, and its anchors are lost', async () => {
    const change = (name: string) =>
      behindItsBack(`UPDATE audit_event SET rule = '${name}' WHERE tenant_id = '${sound.tenantId}' AND seq = 5`);
    const [{ rule }] = (await sql<{ rule: string }>('SELECT rule FROM audit_event WHERE tenant_id = $1 AND seq = 5', [sound.tenantId])) as [
      { rule: string },
    ];
    await change('R9');
    expect((await auditBreaks(query)).breaks).toContainEqual({ tenantId: sound.tenantId, seq: 5, fault: 'changed' });
    await change(rule);
    expect((await auditBreaks(query)).breaks).toHaveLength(1);
  });

  test('goes on with events of form 2', async () => {
    await append({ sql } as never, sound.tenantId, 1, 9);
    expect((await auditBreaks(query)).breaks).toHaveLength(1);
  });

  test('R10: names nobody who erased themselves since, not even as the holder of a key who had left', async () => {
    expect(Object.keys(await tablesNaming({ sql } as never, person.name))).toEqual([
      ...['public.api_key', 'public.audit_event', 'public.person'],
    ]);
    const database = openDatabase(
      Object.assign(new URL(made.url), { username: inject('cluster').runtime.name, password: inject('cluster').runtime.password }).href,
      {
        poolSize: 1,
      },
    );
    const profile = { issuer: ISSUER, subject: person.email, name: person.name, email: person.email, emailVerified: true };
    const unbound = database.bind({ tenantId: null, personId: null });
    expect(await unbound.transaction(({ query }) => beginErasure(query, profile, new Date()))).toEqual({
      ...{ owned: [], tenants: [sound.tenantId] },
    });
    await erasePeople(database.bind({ tenantId: sound.tenantId, personId: null }), { clock: { now: () => new Date() } });
    await database.close();
    for (const text of [person.name, person.email]) expect(await tablesNaming({ sql } as never, text), text).toEqual({});
    expect((await auditBreaks(query)).breaks).toHaveLength(1);
  });
});
