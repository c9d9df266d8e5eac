import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/index.ts';
import { membershipsOf } from '../../../src/database/queries/membership.ts';
import { prefixOf } from '../../../src/domain/object/key.ts';
import { purgeTenant } from '../../../src/domain/tenant/purge.ts';
import { settleTenant } from '../../../src/jobs/settle.ts';
import { ISSUER } from '../../support/database.ts';
import { insertMarketRows, marketValues } from '../../support/isolation/market.ts';
import { providerOf } from '../../support/provider.ts';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
const staff = useResource(() => life.staff());

let home: TenantWithMembers;
let neighbour: TenantWithMembers;
/**
 * A tenant with rows in every table that it can have rows in, whose owner asked for its deletion,
 * beside another of the same people.
 */
beforeEach(async () => {
  home = await life.home({ name: 'Going' });
  neighbour = await life.home({ name: 'Staying' });
  await life.make.member(neighbour, home.owner.person, ['admin']);
  await life.make.member(neighbour, home.viewer.person, ['viewer']);
  for (const tenant of [home, neighbour])
    for (const email of ['a@people.example', 'b@people.example'])
      await life.mutate(tenant.owner, 'inviteMember', { email, roles: ['VIEWER'], idempotencyKey: `invite-${tenant.slug}-${email}` });
  await life.mutate(staff, 'staffArrangeEnterprise', { tenantId: home.id, memberLimit: 50 });
  await life.gateway.settle();
  for (const tenant of [home, neighbour]) await insertMarketRows(life.database, tenant.id, marketValues(tenant.name));
  await life.mutate(home.owner, 'requestTenantDeletion', { confirmation: 'Going', idempotencyKey: 'delete-this-tenant' });
});

const tombstoneOf = async (id: string) =>
  (
    await life.query(
      staff,
      `query ($id: ID!) { staffTenant(tenantId: $id) { status }
        staffTombstone(tenantId: $id) { tenantId createdAt deletionRequestedAt deletedAt purgedAt receipt { table rows } } }`,
      { id },
    )
  ).data;
const receiptOf = async (id: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await tombstoneOf(id)).staffTombstone.receipt.map(({ table, rows }: { table: string; rows: number }) => [table, rows]),
  );
const counts = async (id: string) => {
  const rows = await life.rows({ of: id });
  return Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, list.length]));
};

/** What there is of both sides of the marketplace. */
const SOLD = { dataset: 1, data_object: 2, stale_object: 1, listing: 1, market_index: 1, earning: 2 };
const BOUGHT = { entitlement: 1, usage_record: 2, charge: 2, retrieval_count: 2, api_key: 1 };

describe('the purge', () => {
  test('S3: does not start during the last day of the grace period', async () => {
    life.gateway.clock.advance({ days: 29 });
    await life.gateway.settle(); // invitations and keys expire
    const before = await life.rows({ of: home.id });
    expect(before.tenant).toHaveLength(1);
    expect(before.membership).toHaveLength(6);
    await life.gateway.settle();
    expect(await life.rows({ of: home.id })).toEqual(before);
    expect(await tombstoneOf(home.id)).toEqual({ staffTenant: { status: 'PENDING_DELETION' }, staffTombstone: null });
  });

  test('S4, S6: deletes every row; a tombstone and an exact receipt remain, and other tenants are unchanged to the byte', async () => {
    const [{ created }] = (await life.database.sql('SELECT created_at AS created FROM tenant WHERE tenant_id = $1', [home.id])) as [
      { created: Date },
    ];
    const asked = life.gateway.clock.now();
    life.gateway.clock.advance({ days: 30 });
    const work = openDatabase(life.database.runtimeUrl, { poolSize: 1 });
    const before = await counts(home.id);
    // No token is newer, so that no sign-in under way changes a person.
    await life.database.sql("UPDATE person SET signed_in_at = now() + interval '1 day'");
    const others = await life.rows({ except: home.id });
    const people = await life.database.sql('SELECT * FROM person ORDER BY id');
    await purgeTenant(work.bind({ tenantId: home.id, personId: null }), life.gateway);
    await work.close();
    expect(before).toMatchObject({
      membership: 6,
      invitation: 2,
      contract: 1,
      idempotency_key: 3,
      audit_event: 4,
      audit_head: 1,
      tenant: 1,
      ...SOLD,
      ...BOUGHT,
    });
    const now = life.gateway.clock.now().toISOString();
    expect(await tombstoneOf(home.id)).toEqual({
      staffTenant: null,
      staffTombstone: {
        tenantId: home.id,
        ...{ createdAt: created.toISOString(), deletionRequestedAt: asked.toISOString(), deletedAt: now, purgedAt: now },
        receipt: [
          ...Object.entries({ ...SOLD, ...BOUGHT }).map(([table, rows]) => ({ table, rows })),
          { table: 'audit_event', rows: 4 },
          { table: 'audit_head', rows: 1 },
          { table: 'audit_subject', rows: before.audit_subject! },
          { table: 'contract', rows: 1 },
          { table: 'deprecated_use', rows: 0 },
          { table: 'event', rows: 0 },
          { table: 'event_head', rows: 0 },
          { table: 'event_outbox', rows: 4 },
          { table: 'idempotency_key', rows: 3 },
          { table: 'invitation', rows: 2 },
          { table: 'membership', rows: 6 },
          { table: 'notice', rows: 0 },
          { table: 'ownership_transfer', rows: 0 },
          { table: 'refusal_count', rows: 0 },
          { table: 'tenant', rows: 1 },
          { table: 'trusted_document', rows: 1 },
          { table: 'webhook', rows: 1 },
          { table: 'webhook_delivery', rows: 1 },
        ].sort((a, b) => (a.table < b.table ? -1 : 1)),
      },
    });
    const left = await counts(home.id);
    expect(Object.entries(left).filter(([, rows]) => rows > 0)).toEqual([
      ['purge_receipt', 29],
      ['tombstone', 1],
    ]);
    expect(await life.rows({ except: home.id })).toEqual(others);
    expect(await life.database.sql('SELECT * FROM person ORDER BY id')).toEqual(people);
  });

  test.each([1, 2, 3, 5])('S4: in batches of %i the receipt has the same totals', async batch => {
    life.gateway.clock.advance({ days: 30 });
    const work = openDatabase(life.database.runtimeUrl, { poolSize: 1 });
    const before = await counts(home.id);
    const batches: string[] = [];
    await purgeTenant(work.bind({ tenantId: home.id, personId: null }), life.gateway, {
      batch,
      onBatch: table => batches.push(table),
    });
    await work.close();
    const { slug_claim, tombstone, purge_receipt, ...tables } = before;
    expect(await receiptOf(home.id)).toEqual(tables);
    expect(batches.filter(table => table === 'membership')).toHaveLength(Math.ceil(6 / batch));
    expect(batches.at(-1)).toBe('tenant');
  });

  test('S4: an interrupted purge resumes where it stopped, and completes once', async () => {
    life.gateway.clock.advance({ days: 30 });
    const work = openDatabase(life.database.runtimeUrl, { poolSize: 1 });
    const unit = work.bind({ tenantId: home.id, personId: null });
    const { slug_claim, tombstone, purge_receipt, ...before } = await counts(home.id);
    let left = 4;
    const stops = () => {
      left -= 1;
      if (left === 0) throw new Error('the power is gone');
    };
    await expect(purgeTenant(unit, life.gateway, { batch: 2, onBatch: stops })).rejects.toThrow('the power is gone');
    const halfway = await tombstoneOf(home.id);
    expect(halfway.staffTombstone.purgedAt).toBeNull();
    expect(halfway.staffTenant).toMatchObject({ status: 'DELETED' });
    const [receipt, remaining] = [await receiptOf(home.id), await counts(home.id)];
    for (const [table, rows] of Object.entries(before)) expect((receipt[table] ?? 0) + remaining[table]!, table).toBe(rows);
    await life.gateway.settle();
    expect(await receiptOf(home.id)).toEqual(before);
    const done = await tombstoneOf(home.id);
    await life.gateway.settle();
    await purgeTenant(unit, life.gateway);
    expect(await tombstoneOf(home.id)).toEqual(done);
    await work.close();
  });

  test('S4: a half-purged tenant is gone: no member can see, name or read it', async () => {
    life.gateway.clock.advance({ days: 30 });
    const work = openDatabase(life.database.runtimeUrl, { poolSize: 1 });
    const stop = () => {
      throw new Error('stopped');
    };
    await purgeTenant(work.bind({ tenantId: home.id, personId: null }), life.gateway, { batch: 1, onBatch: stop }).catch(() => {});
    expect((await counts(home.id)).membership).toBe(6);
    const token = await life.gateway.tokenOf(home.owner.person);
    const mine = await life.gateway.ask('{ viewer { memberships { tenantId } } }', { token });
    expect(mine.data.viewer.memberships).toEqual([{ tenantId: neighbour.id }]);
    for (const name of [home.id, home.slug])
      expect((await life.gateway.ask('{ tenant { name } }', { token, tenant: name })).errors).toMatchObject([
        { extensions: { code: 'TENANT_NOT_FOUND' } },
      ]);
    const identity = { issuer: ISSUER, subject: home.admin.person.subject };
    expect((await membershipsOf(work.queryText, identity, null)).memberships).toEqual([]);
    await work.close();
  });

  test('S4: members lose it from their list, and it has the same response as a foreign and an absent tenant', async () => {
    life.gateway.clock.advance({ days: 30 });
    await life.gateway.settle();
    const token = await life.gateway.tokenOf(home.viewer.person);
    expect((await life.gateway.ask('{ viewer { memberships { name } } }', { token })).data.viewer.memberships).toEqual([
      { name: 'Staying' },
    ]);
    const answers = await Promise.all(
      [home.id, home.slug, '00000000-0000-4000-8000-000000000000'].map(tenant =>
        life.gateway.ask('{ tenant { name } }', { token, tenant }),
      ),
    );
    for (const { status, errors } of answers) expect([status, errors[0]?.extensions.code]).toEqual([403, 'TENANT_NOT_FOUND']);
  });

  describe('the purge and the bytes of objects', () => {
    const provider = () => providerOf(life);
    /** One of the neighbour's objects. */
    let theirs: string;
    const bytesOf = async (id: string) => (await readdir(join(life.gateway.objects, prefixOf(id))).catch(() => [])).length;
    beforeEach(async () => {
      await life.mutate(home.owner, 'cancelTenantDeletion', {});
      for (const { owner } of [home, neighbour]) {
        const datasetId = await provider().dataset(owner);
        for (const name of ['a', 'b']) theirs = await provider().stored(owner, datasetId, name, { name });
      }
      await life.mutate(home.owner, 'requestTenantDeletion', { confirmation: 'Going' });
    });

    test('S3: the bytes stay as long as the tenant is kept', async () => {
      life.gateway.clock.advance({ days: 29 });
      await life.gateway.settle();
      expect([await bytesOf(home.id), await bytesOf(neighbour.id)]).toEqual([2, 2]);
    });

    test("S4: the bytes are deleted, including those of objects removed earlier, and no other tenant's", async () => {
      await life.mutate(neighbour.owner, 'removeObject', { objectId: theirs });
      life.gateway.clock.advance({ days: 30 });
      await life.gateway.settle();
      expect([await bytesOf(home.id), await bytesOf(neighbour.id)]).toEqual([0, 1]);
    });

    test('S4: the bytes are deleted first: while the store is unavailable the closed tenant keeps all rows, and the purge resumes later', async () => {
      life.gateway.clock.advance({ days: 30 });
      const work = openDatabase(life.database.runtimeUrl, { poolSize: 1 });
      const unit = work.bind({ tenantId: home.id, personId: null });
      const away = () => Promise.reject(new Error('the store is away'));
      const before = await counts(home.id);
      await expect(purgeTenant(unit, { clock: life.gateway.clock, store: { remove: away, removeAll: away } })).rejects.toThrow(
        'the store is away',
      );
      expect((await tombstoneOf(home.id)).staffTombstone).toMatchObject({ purgedAt: null, receipt: [] });
      expect(await counts(home.id)).toEqual({ ...before, tombstone: 1, slug_claim: 0 });
      expect(await bytesOf(home.id)).toBe(2);
      const order: string[] = [];
      const removeAll = async (prefix: string) => {
        await life.gateway.store.removeAll(prefix);
        order.push('bytes');
      };
      const store = { ...life.gateway.store, removeAll };
      await purgeTenant(unit, { clock: life.gateway.clock, store }, { batch: 1, onBatch: table => order.push(table) });
      expect([order[0], order.at(-1), order.filter(step => step === 'bytes')]).toEqual(['bytes', 'tenant', ['bytes']]);
      expect([await bytesOf(home.id), await bytesOf(neighbour.id)]).toEqual([0, 2]);
      await work.close();
    });
  });

  test('S4: name and slug can be used again, the id cannot', async () => {
    life.gateway.clock.advance({ days: 30 });
    const founder = { token: await life.gateway.tokenOf({ subject: `founder-${home.id}`, name: 'Fay', email: 'fay@people.example' }) };
    const found = () => life.mutate(founder, 'createTenant', { name: 'Going', slug: home.slug }, 'membership { tenantId slug name }');
    expect((await found()).errors).toMatchObject([{ extensions: { code: 'CONFLICT', field: 'slug' } }]);
    await life.gateway.settle();
    const { data, errors } = await found();
    expect(errors).toEqual([]);
    expect(data.createTenant.membership).toEqual({ tenantId: expect.not.stringMatching(home.id), slug: home.slug, name: 'Going' });
    await expect(
      life.database.sql("INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ($1, 'again', 'Again', 'FREE')", [home.id]),
    ).rejects.toThrow('this id was a tenant that is deleted');
  });

  test('S4: a late job still purges, and two concurrent jobs purge once', async () => {
    const { slug_claim, tombstone, purge_receipt, invitation, idempotency_key, audit_event, event_outbox, webhook_delivery, ...before } =
      await counts(home.id);
    life.gateway.clock.advance({ days: 400 });
    const databases = [openDatabase(life.database.runtimeUrl, { poolSize: 1 }), openDatabase(life.database.runtimeUrl, { poolSize: 1 })];
    const post = { clock: life.gateway.clock, store: life.gateway.store, mail: { send: async () => {} }, acceptUrl: '{code}' };
    await Promise.all(databases.map(database => settleTenant(database, post, home.id)));
    await Promise.all(databases.map(database => database.close()));
    expect(await receiptOf(home.id)).toMatchObject(before);
    expect((await tombstoneOf(home.id)).staffTombstone.purgedAt).toBe(life.gateway.clock.now().toISOString());
  });

  test("S4: only the due date allows a purge: no request can purge earlier under the gateway's role", async () => {
    const work = openDatabase(life.database.runtimeUrl, { poolSize: 1 });
    const before = await life.rows({ of: home.id });
    await purgeTenant(work.bind({ tenantId: home.id, personId: null }), life.gateway);
    await purgeTenant(work.bind({ tenantId: neighbour.id, personId: null }), life.gateway);
    await work.close();
    expect(await life.rows({ of: home.id })).toEqual(before);
    expect((await life.rows({ of: neighbour.id })).tenant).toHaveLength(1);
  });
});
