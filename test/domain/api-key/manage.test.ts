import { beforeEach, describe, expect, test } from 'vitest';
import { useKeys } from '../../support/key-fixtures.ts';
import { globalId, type MemberActor, type Verb } from '../../support/tenant-actors.ts';

const { home, keys, fixtures } = useKeys();

let admin: MemberActor;
let buyer: MemberActor;
let other: MemberActor;
beforeEach(async () => {
  admin = await fixtures.join(home, ['admin']);
  buyer = await fixtures.join(home, ['buyer_manager']);
  other = await fixtures.join(home, ['buyer_manager', 'viewer']);
});

const SCOPES = ['tenant:read', 'usage:read'];
const inputOf = (verb: Verb, { id }: { id: string }) => ({
  apiKeyId: id,
  ...(verb === 'narrowApiKey' && { scopes: ['TENANT_READ'] }),
  ...(verb === 'handOverApiKey' && { membershipId: other.membershipId }),
});
const run = (who: MemberActor, verb: Verb, key: { id: string }) => fixtures.run(who, verb, inputOf(verb, key));
const MANAGE = ['narrowApiKey', 'rotateApiKey', 'revokeApiKey', 'handOverApiKey'] as const;
const ACTION = { narrowApiKey: 'narrow', rotateApiKey: 'rotate', revokeApiKey: 'revoke', handOverApiKey: 'hand_over' } as const;

describe('who manages which keys', () => {
  // biome-ignore format: a table is read by its columns
  const WHO: Readonly<Record<string, { who: () => MemberActor | Promise<MemberActor>; own: boolean; may: readonly boolean[]; needs: string }>> = {
    //  narrow rotate revoke hand over
    'the holder, a buyer_manager':         { who: () => buyer,                                 own: true,  may: [true,  true,  true,  false], needs: 'api-key:update-any' },
    'another buyer_manager':               { who: () => other,                                 own: false, may: [false, false, false, false], needs: 'api-key:update-any' },
    'the owner':                           { who: () => home.owner,                            own: false, may: [true,  true,  true,  true],  needs: '' },
    'an admin':                            { who: () => admin,                                 own: false, may: [true,  true,  true,  true],  needs: '' },
    'a seller_manager':                    { who: () => fixtures.join(home, ['seller_manager']),   own: false, may: [false, false, false, false], needs: 'api-key:update' },
    'an operator':                         { who: () => fixtures.join(home, ['operator']),         own: false, may: [false, false, false, false], needs: 'api-key:update' },
    'a viewer':                            { who: () => fixtures.join(home, ['viewer']),           own: false, may: [false, false, false, false], needs: 'api-key:update' },
  };
  const cells = Object.entries(WHO).flatMap(([name, { may }]) => MANAGE.map((verb, at) => ({ name, verb, allowed: may[at]! })));

  test.each(cells)('K1, K3: $name: $verb: $allowed', async ({ name, verb, allowed }) => {
    const { who, needs } = WHO[name]!;
    const [actor, key] = [await who(), await keys.make(buyer, SCOPES)];
    const before = await keys.row(key);
    const { code, errors } = await run(actor, verb, key);
    const action = `api_key.${ACTION[verb]}`;
    if (allowed) {
      expect(errors).toEqual([]);
      expect(await keys.row(key)).not.toEqual(before);
      expect((await keys.events(home)).at(-1)).toMatchObject({ actor: actor.person.name, action, code: null, target: `ApiKey:${key.row}` });
      return;
    }
    const permission = verb === 'handOverApiKey' ? 'api-key:update-any' : needs;
    const roles = permission === 'api-key:update-any' ? ['OWNER', 'ADMIN'] : ['OWNER', 'ADMIN', 'BUYER_MANAGER'];
    expect(code).toBe('FORBIDDEN');
    expect(errors[0]!.extensions).toMatchObject({ permission, because: 'ROLE', requires: { roles }, tenantStatus: 'ACTIVE' });
    expect(await keys.row(key)).toEqual(before);
    expect((await keys.events(home)).at(-1)).toMatchObject({
      actor: actor.person.name,
      action,
      code,
      after: { permission, because: 'ROLE' },
    });
  });

  test('T4: a key of another tenant has the same response as an absent key, and stays unchanged', async () => {
    const elsewhere = await fixtures.home();
    const theirs = await keys.make(elsewhere.owner);
    const before = await keys.row(theirs);
    const nowhere = globalId('ApiKey', home.tenant.id, theirs.row);
    const responses = [];
    for (const verb of MANAGE)
      for (const id of [theirs.id, nowhere]) {
        const { code, errors } = await run(home.owner, verb, { id });
        responses.push([code, errors[0]!.extensions.code]);
      }
    expect(new Set(responses.flat())).toEqual(new Set(['NOT_FOUND']));
    expect(await keys.row(theirs)).toEqual(before);
    expect(await keys.events(elsewhere)).toHaveLength(1);
  });

  test.each(['suspended', 'pending_deletion'] as const)('S2, S3: every command is refused while %s', async status => {
    const key = await keys.make(home.owner, SCOPES);
    await fixtures.make.setStatus(home.tenant, status);
    for (const verb of MANAGE) expect((await run(home.owner, verb, key)).code).toBe('TENANT_STATUS');
  });

  test('a revoked or expired key cannot be narrowed, rotated or handed over; revoking it again leaves no event', async () => {
    const revoked = await keys.make(home.owner, SCOPES);
    await fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: revoked.id });
    const soon = new Date(fixtures.gateway.clock.now().getTime() + 60_000).toISOString();
    const expired = await keys.make(home.owner, SCOPES, { expiresAt: soon });
    fixtures.gateway.clock.advance({ minutes: 1 });
    for (const key of [revoked, expired])
      for (const verb of ['narrowApiKey', 'rotateApiKey', 'handOverApiKey'] as const)
        expect((await run(home.owner, verb, key)).code).toBe('KEY_ENDED');
    const at = (await keys.row(revoked)).revoked_at;
    expect((await run(home.owner, 'revokeApiKey', revoked)).errors).toEqual([]);
    expect((await keys.row(revoked)).revoked_at).toEqual(at);
    expect((await run(home.owner, 'revokeApiKey', expired)).errors).toEqual([]);
    const done = (await keys.events(home)).filter(({ action, code }) => action === 'api_key.revoke' && code === null);
    expect(done.map(({ target }) => target)).toEqual([`ApiKey:${revoked.row}`, `ApiKey:${expired.row}`]);
  });
});

describe('a key outlives its holder', () => {
  test('K3: with its scopes, whether the holder left, was removed or lost the role', async () => {
    const removed = await fixtures.join(home, ['admin']);
    const withoutOwner = await fixtures.join(home, ['buyer_manager']);
    const made = [];
    for (const [who, scopes] of [
      [buyer, SCOPES],
      [removed, ['tenant:read', 'dataset:read']],
      [withoutOwner, SCOPES],
    ] as const) {
      made.push(await keys.make(who, scopes));
      fixtures.gateway.clock.advance({ minutes: 1 });
    }
    await fixtures.must(buyer, 'leaveTenant');
    await fixtures.must(home.owner, 'removeMember', { membershipId: removed.membershipId });
    await fixtures.must(home.owner, 'setMemberRoles', { membershipId: withoutOwner.membershipId, roles: ['VIEWER'] });
    for (const { secret } of made) {
      const { data } = await keys.ask(secret, '{ tenant { name } viewer { permissions } }');
      expect(data.tenant).toEqual({ name: home.tenant.name });
      expect(data.viewer.permissions).toHaveLength(2);
    }
    const listed = await keys.list(home.owner);
    expect(listed.map(({ holderName, holderLeft }: { holderName: string; holderLeft: boolean }) => [holderName, holderLeft])).toEqual([
      [buyer.person.name, true],
      [removed.person.name, true],
      [withoutOwner.person.name, false],
    ]);
  });

  test('K3: owner and admin can narrow it, hand it over and revoke it', async () => {
    const key = await keys.make(buyer, SCOPES);
    await fixtures.must(buyer, 'leaveTenant');
    await fixtures.must(admin, 'narrowApiKey', { apiKeyId: key.id, scopes: ['TENANT_READ'] });
    const { apiKey } = await fixtures.must(home.owner, 'handOverApiKey', { apiKeyId: key.id, membershipId: other.membershipId });
    expect(apiKey).toMatchObject({ holderName: other.person.name, holderLeft: false, scopes: ['TENANT_READ'] });
    await fixtures.must(admin, 'revokeApiKey', { apiKeyId: key.id });
    expect((await keys.ask(key.secret)).status).toBe(401);
  });

  test('K3: a former holder who rejoins no longer holds it, because the previous membership held it', async () => {
    const key = await keys.make(buyer, SCOPES);
    await fixtures.must(buyer, 'leaveTenant');
    const back = await fixtures.actor(home.tenant, await fixtures.make.member(home.tenant, buyer.person, ['buyer_manager']));
    expect((await run(back, 'narrowApiKey', key)).code).toBe('FORBIDDEN');
    expect(await keys.list(back)).toMatchObject([{ holderLeft: true }]);
  });
});
