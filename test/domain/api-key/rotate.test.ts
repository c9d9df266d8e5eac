import { beforeEach, describe, expect, test } from 'vitest';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';
import type { MemberActor } from '../../support/tenant-actors.ts';

const { home, keys, fixtures } = useKeys();

let admin: MemberActor;
let buyer: MemberActor;
beforeEach(async () => {
  admin = await fixtures.join(home, ['admin']);
  buyer = await fixtures.join(home, ['buyer_manager']);
});

const SCOPES = ['tenant:read', 'usage:read'];

describe('rotateApiKey', () => {
  const rotate = async (key: MadeKey, input: object = {}, who = buyer) =>
    fixtures.must(who, 'rotateApiKey', { apiKeyId: key.id, ...input });
  const works = async (secret: string) => (await keys.ask(secret)).status === 200;

  test('K1: returns a new secret; the previous secret works for one more day', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { secret, apiKey } = await rotate(key);
    const until = new Date(fixtures.gateway.clock.now().getTime() + 86_400_000);
    expect(secret).not.toBe(key.secret);
    expect(secret.slice(0, 17)).toBe(key.secret.slice(0, 17));
    expect(apiKey).toMatchObject({ rotatedAt: fixtures.gateway.clock.now().toISOString(), earlierSecretUntil: until.toISOString() });
    expect([await works(key.secret), await works(secret)]).toEqual([true, true]);
    fixtures.gateway.clock.set(new Date(until.getTime() - 1));
    expect([await works(key.secret), await works(secret)]).toEqual([true, true]);
    fixtures.gateway.clock.set(until);
    expect([await works(key.secret), await works(secret)]).toEqual([false, true]);
    expect(await keys.list(buyer)).toMatchObject([{ earlierSecretUntil: null }]);
    expect((await keys.events(home)).at(-1)).toMatchObject({
      action: 'api_key.rotate',
      after: { earlierSecretUntil: until.toISOString() },
    });
  });

  test('K1: without an overlap the previous secret stops at once', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { secret, apiKey } = await rotate(key, { overlapMinutes: 0 });
    expect(apiKey.earlierSecretUntil).toBeNull();
    expect([await works(key.secret), await works(secret)]).toEqual([false, true]);
    expect(await keys.row(key)).toMatchObject({ earlier_hash: null, earlier_expires_at: null });
  });

  test('K1: of three secrets only the last two work, even if the overlap of the first has not ended', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { secret: second } = await rotate(key, { overlapMinutes: 10_080 });
    const { secret: third } = await rotate(key, { overlapMinutes: 10 });
    expect([await works(key.secret), await works(second), await works(third)]).toEqual([false, true, true]);
    fixtures.gateway.clock.advance({ minutes: 10 });
    expect([await works(second), await works(third)]).toEqual([false, true]);
  });

  test('K1: a revocation ends both secrets', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { secret } = await rotate(key);
    await fixtures.must(buyer, 'revokeApiKey', { apiKeyId: key.id });
    expect([await works(key.secret), await works(secret)]).toEqual([false, false]);
  });

  test.each([[-1], [10_081]])('an overlap of %s minutes is BAD_USER_INPUT', async overlapMinutes => {
    const key = await keys.make(buyer, SCOPES);
    expect((await fixtures.run(buyer, 'rotateApiKey', { apiKeyId: key.id, overlapMinutes })).code).toBe('BAD_USER_INPUT');
    expect((await keys.row(key)).rotated_at).toBeNull();
  });

  test('K1: a holder who lost a permission that the key carries gets no new secret; the owner does', async () => {
    const key = await keys.make(admin, ['tenant:read', 'dataset:write']);
    await fixtures.must(home.owner, 'setMemberRoles', { membershipId: admin.membershipId, roles: ['BUYER_MANAGER'] });
    const { code, errors } = await fixtures.run(admin, 'rotateApiKey', { apiKeyId: key.id });
    expect([code, errors[0]!.extensions.scopes]).toEqual(['SCOPE_NOT_GRANTABLE', ['dataset:write']]);
    await rotate(key, {}, home.owner);
  });

  test('G6: a retry with the same idempotency key returns the same secret', async () => {
    const key = await keys.make(buyer, SCOPES);
    const again = { 'idempotency-key': 'rotate-a-key-once-01' };
    const first = await fixtures.must(buyer, 'rotateApiKey', { apiKeyId: key.id }, again);
    const second = await fixtures.must(buyer, 'rotateApiKey', { apiKeyId: key.id }, again);
    expect(second).toEqual(first);
    expect([await works(key.secret), await works(first.secret)]).toEqual([true, true]);
  });
});
