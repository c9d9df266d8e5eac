import { beforeEach, describe, expect, test } from 'vitest';
import { enumName } from '../../access/expectation.ts';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';
import type { MemberActor } from '../../support/tenant-actors.ts';

const { home, keys, fixtures } = useKeys();

let buyer: MemberActor;
beforeEach(async () => {
  buyer = await fixtures.join(home, ['buyer_manager']);
});

const SCOPES = ['tenant:read', 'usage:read'];

describe('narrowApiKey', () => {
  const narrow = (key: MadeKey, scopes: readonly string[], who = buyer) =>
    fixtures.run(who, 'narrowApiKey', { apiKeyId: key.id, scopes: scopes.map(enumName) });

  test('K3: leaves the key with the given subset of its scopes from the very next request', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { payload } = await narrow(key, ['usage:read']);
    expect(payload.apiKey).toMatchObject({ id: key.id, scopes: ['USAGE_READ'] });
    const { errors } = await keys.ask(key.secret);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'KEY_SCOPE', permission: 'tenant:read' } }]);
    expect((await keys.events(home)).at(-1)).toMatchObject({ before: { scopes: SCOPES }, after: { scopes: ['usage:read'] } });
  });

  test('K3: adds no scope, not even a scope that the caller has', async () => {
    const key = await keys.make(buyer, SCOPES);
    const { code, errors } = await narrow(key, ['tenant:read', 'charge:read'], home.owner);
    expect([code, errors[0]!.extensions.scopes]).toEqual(['SCOPE_NOT_GRANTABLE', ['charge:read']]);
    expect((await keys.row(key)).scopes).toEqual(SCOPES);
  });

  test('no scope is BAD_USER_INPUT; all scopes change nothing and leave no event', async () => {
    const key = await keys.make(buyer, SCOPES);
    expect((await narrow(key, [])).code).toBe('BAD_USER_INPUT');
    expect((await narrow(key, SCOPES.toReversed())).errors).toEqual([]);
    expect((await keys.row(key)).scopes).toEqual(SCOPES);
    expect((await keys.events(home)).map(({ action }) => action)).toEqual(['api_key.create']);
  });

  test('K3: the owner can narrow the key of a member who lost the role for it', async () => {
    const key = await keys.make(buyer, SCOPES);
    await fixtures.must(home.owner, 'setMemberRoles', { membershipId: buyer.membershipId, roles: ['VIEWER'] });
    expect((await narrow(key, ['tenant:read'])).code).toBe('FORBIDDEN');
    expect((await narrow(key, ['tenant:read'], home.owner)).errors).toEqual([]);
  });
});
