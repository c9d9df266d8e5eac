import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { MemberActor } from '../../support/tenant-actors.ts';
import { entitledObject, useTrade } from '../../support/trade.ts';

const trade = useTrade();

/** The same person with a new membership of the same roles, as after leaving and coming back. */
async function comeBack(who: MemberActor): Promise<void> {
  const id = randomUUID();
  await trade.database.sql('DELETE FROM membership WHERE id = $1', [who.member.id]);
  await trade.database.sql(`INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, $2, $3, '{buyer_manager}')`, [
    who.tenant,
    id,
    who.person.id,
  ]);
}

describe('G12: a stored response belongs to the principal that received it', () => {
  test('a member who rejoined can leave again with the old key', async () => {
    const home = await trade.home();
    const member = await trade.join(home, ['buyer_manager']);
    const key = { idempotencyKey: randomUUID() };
    await trade.must(member, 'leaveTenant', key);
    await trade.database.sql(
      `INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, gen_random_uuid(), $2, '{buyer_manager}')`,
      [home.tenant.id, member.person.id],
    );
    expect(Object.keys(await trade.roles(home))).toHaveLength(2);
    expect((await trade.run(member, 'leaveTenant', key)).errors).toEqual([]);
    expect(Object.keys(await trade.roles(home))).toHaveLength(1);
  });

  test('a new membership gets no secret of the previous membership: the same key creates an API key of its own', async () => {
    const home = await trade.home();
    const member = await trade.join(home, ['buyer_manager']);
    const input = { name: 'Nightly', scopes: ['TENANT_READ'], idempotencyKey: randomUUID() };
    const first = await trade.must(member, 'createApiKey', input);
    expect((await trade.must(member, 'createApiKey', input)).secret).toBe(first.secret);
    await comeBack(member);
    expect((await trade.must(member, 'createApiKey', input)).secret).not.toBe(first.secret);
  });

  test('M3: a retry of a retrieval by a later membership is refused and never charged again', async () => {
    const deal = await trade.deal();
    const member = await trade.join(deal.buyer, ['buyer_manager']);
    const input = { entitlementId: deal.entitlementId, objectId: entitledObject(deal), idempotencyKey: randomUUID() };
    const first = await trade.must(member, 'retrieveObject', input);
    expect(await trade.must(member, 'retrieveObject', input)).toEqual(first);
    await comeBack(member);
    expect(await trade.run(member, 'retrieveObject', input)).toMatchObject({ payload: null, code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await trade.database.sql('SELECT FROM charge WHERE tenant_id = $1', [deal.buyer.tenant.id])).toHaveLength(1);
  });

  test('a replay beyond the current permissions is refused: a demoted member cannot read a secret again', async () => {
    const home = await trade.home();
    const member = await trade.join(home, ['buyer_manager']);
    const input = { name: 'Nightly', scopes: ['TENANT_READ'], idempotencyKey: randomUUID() };
    const { secret } = await trade.must(member, 'createApiKey', input);
    await trade.database.sql(`UPDATE membership SET roles = '{viewer}' WHERE id = $1`, [member.member.id]);
    const again = await trade.run(member, 'createApiKey', input);
    expect(JSON.stringify(again)).not.toContain(secret);
    expect(again.code).toBe('FORBIDDEN');
  });
});
