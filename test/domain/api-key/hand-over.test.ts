import { beforeEach, describe, expect, test } from 'vitest';
import { enumName } from '../../access/expectation.ts';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';
import type { MemberActor } from '../../support/tenant-actors.ts';

const { home, keys, fixtures } = useKeys();

let buyer: MemberActor;
let other: MemberActor;
beforeEach(async () => {
  buyer = await fixtures.join(home, ['buyer_manager']);
  other = await fixtures.join(home, ['buyer_manager', 'viewer']);
});

const SCOPES = ['tenant:read', 'usage:read'];

describe('handOverApiKey', () => {
  const handOver = (key: MadeKey, { membershipId }: { membershipId: string }) =>
    fixtures.run(home.owner, 'handOverApiKey', { apiKeyId: key.id, membershipId });

  const narrow = (who: MemberActor, { id }: MadeKey) => fixtures.run(who, 'narrowApiKey', { apiKeyId: id, scopes: ['TENANT_READ'] });

  test('K3: the new holder manages the key, the previous holder no longer does, and its secret keeps working', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { payload } = await handOver(key, other);
    expect(payload.apiKey).toMatchObject({ holderName: other.person.name, holderLeft: false, scopes: SCOPES.map(enumName) });
    expect((await narrow(buyer, key)).errors[0]!.extensions).toMatchObject({ permission: 'api-key:update-any' });
    expect((await narrow(other, key)).errors).toEqual([]);
    expect((await keys.ask(key.secret)).errors).toEqual([]);
    expect((await keys.events(home)).find(({ action }) => action === 'api_key.hand_over')).toMatchObject({
      before: { holder: buyer.member.id, name: buyer.person.name },
      after: { holder: other.member.id, name: other.person.name },
    });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string | null]>([
    ['owner',          null],
    ['admin',          null],
    ['buyer_manager',  null],
    ['seller_manager', 'KEY_NOT_HOLDABLE'],
    ['operator',       'KEY_NOT_HOLDABLE'],
    ['viewer',         'KEY_NOT_HOLDABLE'],
  ])('K3: handing over to a member who is %s: %s', async (role, code) => {
    const key = await keys.make(buyer, SCOPES);
    const to = role === 'owner' ? home.owner : await fixtures.join(home, [role as 'admin']);
    const outcome = await handOver(key, to);
    expect(outcome.code).toBe(code);
    if (code) expect(outcome.errors[0]!.extensions.roles).toEqual(['OWNER', 'ADMIN', 'BUYER_MANAGER']);
    expect((await keys.row(key)).holder_id).toBe(code ? buyer.member.id : to.member.id);
  });

  test('T4: handing over to a member of another tenant or to a former member is NOT_FOUND', async () => {
    const key = await keys.make(buyer, SCOPES);
    const elsewhere = await fixtures.home();
    await fixtures.must(home.owner, 'removeMember', { membershipId: other.membershipId });
    for (const to of [elsewhere.owner, other]) expect((await handOver(key, to)).code).toBe('NOT_FOUND');
    expect((await keys.row(key)).holder_id).toBe(buyer.member.id);
  });

  test('handing over to the current holder changes nothing and leaves no event', async () => {
    const key = await keys.make(buyer, SCOPES);
    expect((await handOver(key, buyer)).errors).toEqual([]);
    expect((await keys.events(home)).map(({ action }) => action)).toEqual(['api_key.create']);
  });
});
