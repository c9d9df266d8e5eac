import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyActs } from '../../support/key-commands.ts';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';

const { home, keys, fixtures } = useKeys();

let acts: ReturnType<typeof keyActs>;
let key: MadeKey;
beforeAll(() => {
  acts = keyActs(fixtures);
});
afterAll(() => acts?.close());
beforeEach(async () => {
  const soon = new Date(fixtures.gateway.clock.now().getTime() + 60_000).toISOString();
  key = await keys.make(home.owner, ['dataset:write', 'listing:write'], { expiresAt: soon });
});

const notes = async () => (await fixtures.events(home)).flatMap(({ actor, after }) => (after?.note ? [[actor, after.note]] : []));

describe('R7: a key is checked again in the transaction that writes', () => {
  test('an unchanged key writes, and the event has its name', async () => {
    const act = await acts.signIn(key.secret);
    await act('dataset:write', 'one');
    expect(await notes()).toEqual([['Nightly', 'one']]);
  });

  const refused = async (change: () => Promise<unknown>) => {
    const act = await acts.signIn(key.secret);
    await change();
    const error = await act('dataset:write', 'late').then(
      () => null,
      thrown => thrown,
    );
    expect(await notes()).toEqual([]);
    return error;
  };

  test('a key that was revoked meanwhile is refused', async () => {
    expect(await refused(() => fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: key.id }))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a key that expired meanwhile is refused', async () => {
    expect(await refused(async () => fixtures.gateway.clock.advance({ minutes: 1 }))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a key that was deleted meanwhile is refused', async () => {
    expect(await refused(() => fixtures.database.sql('DELETE FROM api_key WHERE id = $1', [key.row]))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('a key that was narrowed meanwhile is refused the removed scope only', async () => {
    const act = await acts.signIn(key.secret);
    await fixtures.must(home.owner, 'narrowApiKey', { apiKeyId: key.id, scopes: ['LISTING_WRITE'] });
    await expect(act('dataset:write', 'late')).rejects.toMatchObject({ code: 'FORBIDDEN', refusal: { because: 'KEY_SCOPE' } });
    await act('listing:write', 'kept');
    expect(await notes()).toEqual([['Nightly', 'kept']]);
  });

  test('a key is refused when its tenant was suspended meanwhile', async () => {
    const error = await refused(() => fixtures.make.setStatus(home.tenant, 'suspended'));
    expect(error).toMatchObject({ code: 'TENANT_STATUS', refusal: { because: 'TENANT_STATUS', tenantStatus: 'suspended' } });
  });

  test('a request with the previous secret completes when the key was rotated meanwhile', async () => {
    const act = await acts.signIn(key.secret);
    await fixtures.must(home.owner, 'rotateApiKey', { apiKeyId: key.id, overlapMinutes: 0 });
    await act('dataset:write', 'begun');
    expect(await notes()).toEqual([['Nightly', 'begun']]);
  });
});
