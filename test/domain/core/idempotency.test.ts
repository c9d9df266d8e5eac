import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
beforeEach(async () => {
  home = await fixtures.home();
});

const key = () => ({ idempotencyKey: randomUUID() });
const rows = () => fixtures.database.sql('SELECT * FROM idempotency_key WHERE tenant_id = $1', [home.tenant.id]);
const outcomes = async () => (await fixtures.events(home)).map(({ action, code }) => [action, code]);
const rename = (name: string, extra: object = {}, headers: Record<string, string> = {}, who = home.owner) =>
  fixtures.run(who, 'renameTenant', { name, ...extra }, headers);

describe('an idempotency key', () => {
  test('G6: a repeated request returns the same response and changes nothing', async () => {
    const sent = key();
    const first = await rename('Once', sent);
    expect(await rename('Once', sent)).toMatchObject({ payload: first.payload, errors: [] });
    expect(await outcomes()).toEqual([['tenant.rename', null]]);
  });

  test('G6: without a key, or with another key, the command runs again', async () => {
    for (const [again, extra] of [{}, {}, key(), key(), { idempotencyKey: null }].entries()) await rename(`Often ${again % 2}`, extra);
    expect(await outcomes()).toHaveLength(5);
    expect(await rows()).toHaveLength(2);
  });

  test("G6: a key in the header works like a key in the input; the input's key has precedence", async () => {
    const headers = { 'idempotency-key': randomUUID() };
    for (let again = 0; again < 3; again += 1) expect((await rename('Header', {}, headers)).errors).toEqual([]);
    expect(await outcomes()).toHaveLength(1);
    for (let again = 0; again < 3; again += 1)
      expect((await rename('Own', { idempotencyKey: 'own-'.repeat(4) }, headers)).errors).toEqual([]);
    expect(await outcomes()).toHaveLength(2);
  });

  test('G6: one header for several mutations of a request is a key for each mutation', async () => {
    const document = `mutation { one: renameTenant(input: { name: "One" }) { tenant { name } } two: renameTenant(input: { name: "Two" }) { tenant { name } }
      inviteMember(input: { email: "several@people.example", roles: [VIEWER] }) { invitation { id } } }`;
    const asked = { ...home.owner, headers: { 'idempotency-key': randomUUID() } };
    const first = await fixtures.gateway.ask(document, asked);
    expect(first.errors).toEqual([]);
    const second = await fixtures.gateway.ask(document, asked);
    expect(second.errors).toEqual([]);
    expect(second.data.inviteMember).toEqual(first.data.inviteMember);
    expect(await outcomes()).toEqual([
      ['tenant.rename', null],
      ['tenant.rename', null],
      ['invitation.create', null],
    ]);
    expect(await rows()).toHaveLength(3);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (sent: object) => Promise<{ code: string | null }>]>([
    ['another name',          sent => rename('Another', sent)],
    ['another mutation',      sent => fixtures.run(home.owner, 'setBillingEmail', { email: 'a@b.example', ...sent })],
    ['only the key as input', sent => fixtures.run(home.owner, 'cancelOwnershipTransfer', sent)],
  ])('G6: the same key with %s is IDEMPOTENCY_KEY_REUSED, changes nothing and leaves no event', async (_what, ask) => {
    const sent = key();
    await rename('First', sent);
    expect(await ask(sent)).toMatchObject({ payload: null, code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await outcomes()).toEqual([['tenant.rename', null]]);
    expect((await rename('First', sent)).errors).toEqual([]);
  });

  test('G6: another order of the input fields is the same request', async () => {
    const sent = key();
    await fixtures.must(home.owner, 'inviteMember', { email: 'order@people.example', roles: ['VIEWER'], ...sent });
    await fixtures.must(home.owner, 'inviteMember', { ...sent, roles: ['VIEWER'], email: 'order@people.example' });
    expect(await outcomes()).toEqual([['invitation.create', null]]);
  });

  test('G6: the same key of another person is another key and returns nothing of the first response', async () => {
    const admin = await fixtures.join(home, ['admin']);
    const sent = key();
    await rename('Theirs', sent);
    expect((await rename('Mine', sent, {}, admin)).payload.tenant.name).toBe('Mine');
    expect((await rename('Theirs', sent)).errors).toEqual([]);
    expect(await outcomes()).toHaveLength(2);
  });

  test('T9, G6: the same key of the same person in another tenant is another key', async () => {
    const other = await fixtures.home();
    await fixtures.make.member(other.tenant, home.owner.person, ['admin']);
    const sent = key();
    await rename('Here', sent);
    const there = await fixtures.run({ token: home.owner.token, tenant: other.tenant.id }, 'renameTenant', { name: 'There', ...sent });
    expect(there.payload).toEqual({ tenant: { tenantId: other.tenant.id, name: 'There' } });
  });

  test('G6: a refused request is not stored: the same key succeeds once the obstacle is gone', async () => {
    const sent = key();
    await fixtures.make.setStatus(home.tenant, 'suspended');
    expect((await rename('Later', sent)).code).toBe('TENANT_STATUS');
    await fixtures.make.setStatus(home.tenant, 'active');
    expect(await rows()).toEqual([]);
    expect((await rename('Later', sent)).payload.tenant.name).toBe('Later');
  });

  test('G6: a wrong code is not stored: each retry counts as an attempt', async () => {
    const { membershipId } = await fixtures.join(home, ['viewer']);
    await fixtures.must(home.owner, 'requestOwnershipTransfer', { membershipId });
    const sent = key();
    for (const triesLeft of [4, 3])
      expect((await fixtures.run(home.owner, 'confirmOwnershipTransfer', { code: '', ...sent })).errors).toMatchObject([
        { extensions: { triesLeft } },
      ]);
    expect(await rows()).toEqual([]);
  });

  test('G6: a key is valid for exactly 24 hours; then the jobs remove it', async () => {
    const sent = key();
    const start = fixtures.gateway.clock.now().getTime();
    await rename('Day', sent);
    fixtures.gateway.clock.set(new Date(start + 24 * 60 * 60_000 - 1));
    await fixtures.gateway.settle();
    await rename('Day', sent);
    expect(await outcomes()).toHaveLength(1);
    fixtures.gateway.clock.set(new Date(start + 24 * 60 * 60_000));
    expect((await rename('Another day', sent)).payload.tenant.name).toBe('Another day');
    expect(await outcomes()).toHaveLength(2);
    expect(await rows()).toHaveLength(1);
    fixtures.gateway.clock.advance({ days: 1 });
    await fixtures.gateway.settle();
    expect(await rows()).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string | null]>([
    ['15 characters',              'x'.repeat(15),          'BAD_USER_INPUT'],
    ['16 characters',              'x'.repeat(16),          null],
    ['128 characters',             'x'.repeat(128),         null],
    ['129 characters',             'x'.repeat(129),         'BAD_USER_INPUT'],
    ['an empty text',              '',                      'BAD_USER_INPUT'],
    ['a text with a blank',        'sixteen or so, with one', 'BAD_USER_INPUT'],
    ['a text that is not ASCII',   'ü'.repeat(16),          'BAD_USER_INPUT'],
    ['all kinds of visible ASCII', '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~', null],
  ])('G6: %s as a key, in the input and in the header', async (_what, text, code) => {
    expect((await rename('Syntax', { idempotencyKey: text })).code).toBe(code);
    expect((await rename('Syntax', {}, { 'idempotency-key': text })).code).toBe(code);
    expect(await rows()).toHaveLength(code ? 0 : 2);
  });

  test('G6: the key of an anonymous caller does not change the refusal', async () => {
    const { errors } = await fixtures.gateway.ask(
      'mutation { renameTenant(input: { name: "x", idempotencyKey: "short" }) { tenant { name } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
