import { describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const CREATE =
  'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { membership { tenantId slug name status plan roles sells buys } } }';

let people = 0;
const newcomer = (claims = {}) => {
  people += 1;
  return gateway.tokens.sign({ sub: `newcomer-${people}`, name: `Newcomer ${people}`, email: `n${people}@people.example`, ...claims });
};
const create = (token: string, input: object) => gateway.ask(CREATE, { token, variables: { input } });
const rowsOf = async () =>
  (
    await database.sql(
      'SELECT (SELECT count(*) FROM tenant)::int AS tenants, (SELECT count(*) FROM membership)::int AS memberships, (SELECT count(*) FROM slug_claim)::int AS slugs',
    )
  )[0];

describe('createTenant', () => {
  test('R2: the first user who signs up becomes owner of an active tenant on the Free plan', async () => {
    const token = await newcomer();
    const { data, errors } = await create(token, { name: ' Café Zürich ', sells: true, buys: false });
    expect(errors).toEqual([]);
    expect(data.createTenant.membership).toMatchObject({
      slug: 'cafe-zurich',
      name: 'Café Zürich',
      status: 'ACTIVE',
      plan: 'FREE',
      roles: ['OWNER'],
      sells: true,
      buys: false,
    });
    const inside = await gateway.ask(
      '{ tenant { slug billingEmail memberCount memberships { edges { node { roles user { name } } } } } }',
      { token },
    );
    expect(inside.data.tenant).toMatchObject({
      slug: 'cafe-zurich',
      memberCount: 1,
      memberships: { edges: [{ node: { roles: ['OWNER'], user: { name: `Newcomer ${people}` } } }] },
    });
    expect(inside.data.tenant.billingEmail).toBe(`n${people}@people.example`);
  });

  test('a slug that is taken is a CONFLICT, and no row of the tenant is stored', async () => {
    await create(await newcomer(), { name: 'First', slug: 'taken-slug' });
    const before = await rowsOf();
    const { data, errors } = await create(await newcomer(), { name: 'Second', slug: 'taken-slug' });
    expect(data.createTenant).toBeNull();
    expect(errors).toMatchObject([{ path: ['createTenant'], extensions: { code: 'CONFLICT', field: 'slug' } }]);
    expect(await rowsOf()).toEqual(before);
  });

  test('display names need not be unique', async () => {
    await create(await newcomer(), { name: 'Same Name', slug: 'same-name-1' });
    const { errors } = await create(await newcomer(), { name: 'Same Name', slug: 'same-name-2' });
    expect(errors).toEqual([]);
  });

  test('a person with no verified e-mail address is refused', async () => {
    const before = await rowsOf();
    for (const claims of [{ email_verified: false }, { email: undefined }]) {
      const { errors } = await create(await newcomer(claims), { name: 'Unverified' });
      expect(errors).toMatchObject([{ extensions: { code: 'EMAIL_UNVERIFIED' } }]);
    }
    expect(await rowsOf()).toEqual(before);
  });

  test('one person owns at most three Free tenants, however many requests run at once', async () => {
    const token = await newcomer();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => create(token, { name: 'Many', slug: `many-${i}` })));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(3);
    for (const { errors } of answers.filter(({ errors }) => errors.length))
      expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_REACHED', limit: 3, used: 3 } }]);
  });

  test('neither deleted tenants nor tenants on other plans count towards the three', async () => {
    const make = fixtures(database);
    const founder = await make.person('Serial Founder');
    await make.tenant('founded-deleted', founder, { status: 'deleted' });
    await make.tenant('founded-starter', founder, { plan: 'STARTER' });
    await make.tenant('founded-free-1', founder);
    await make.tenant('founded-free-2', founder, { status: 'suspended' });
    const token = await gateway.tokens.sign({ sub: founder.subject, email: founder.email });
    expect((await create(token, { name: 'Third', slug: 'founded-free-3' })).errors).toEqual([]);
    expect((await create(token, { name: 'Fourth', slug: 'founded-free-4' })).errors).toMatchObject([
      { extensions: { code: 'LIMIT_REACHED', limit: 3, used: 3 } },
    ]);
  });

  test('of many concurrent sign-ups with the same slug, one succeeds', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => newcomer()));
    const answers = await Promise.all(tokens.map(token => create(token, { name: 'Race', slug: 'race' })));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    for (const { errors } of answers.filter(({ errors }) => errors.length))
      expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
  });

  test.each([
    ['an empty name', { name: '  ' }],
    ['a name of 121 characters', { name: 'x'.repeat(121) }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name that no slug can be made from', { name: '日本' }],
    ['a slug of only two letters', { name: 'Fine', slug: 'ab' }],
    ['a slug of 33 letters', { name: 'Fine', slug: 'a'.repeat(33) }],
    ['a slug in upper case', { name: 'Fine', slug: 'Upper' }],
    ['a slug that ends in a hyphen', { name: 'Fine', slug: 'end-' }],
    ['a slug with two hyphens together', { name: 'Fine', slug: 'a--b' }],
    ['an invalid billing address', { name: 'Fine', slug: 'fine-one', billingEmail: 'nobody' }],
    ['a NUL', { name: 'a\u0000b' }],
    ['an unpaired surrogate', { name: 'a\ud800b' }],
  ])('%s is BAD_USER_INPUT', async (_what, input) => {
    const before = await rowsOf();
    const { errors } = await create(await newcomer(), input);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await rowsOf()).toEqual(before);
  });

  test.each([
    ['120 characters, astral ones counted once', { name: '😀'.repeat(120), slug: 'smileys' }],
    ['a slug of three letters', { name: 'Three', slug: 'abc' }],
    ['a slug of 32 letters', { name: 'Long', slug: 'a'.repeat(32) }],
  ])('%s is accepted', async (_what, input) => {
    const { errors } = await create(await newcomer(), input);
    expect(errors).toEqual([]);
  });
});
