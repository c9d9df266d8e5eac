import { describe, expect, test } from 'vitest';
import { fixtures } from '../support/database.ts';
import type { Query } from '../support/gateway.ts';
import { absent, secretsIn } from '../support/isolation/isolation.ts';
import { useTwoTenants } from '../support/two-tenants.ts';

const { database, gateway, world } = useTwoTenants();

const WHERE = '{ viewer { membership { slug } } tenant { slug } }';
const ask = async (options: Query) => {
  const answer = await gateway.ask(WHERE, { ...options, headers: { 'x-request-id': 'the-same' } });
  const headers = [...answer.headers].filter(([name]) => name !== 'date');
  return { ...answer, whole: JSON.stringify([answer.status, headers, answer.text]) };
};
/** A member of tenant a only. */
const member = (claims = {}) => gateway.tokenOf({ subject: world.a.subject }, claims);
const both = (claims = {}) => gateway.tokenOf(world.shared, claims);
const NOT_FOUND = [
  { message: 'There is no such tenant, or you are not a member of it.', extensions: { code: 'TENANT_NOT_FOUND', requestId: 'the-same' } },
];
const inside = (slug: string) => ({ viewer: { membership: { slug } }, tenant: { slug } });

/** Names of tenants of which a member of tenant a isn't a member, and of absent ones. */
const strange = () => {
  const none = absent();
  return [
    world.b.tenantId,
    world.b.slug,
    world.b.tenantId.toUpperCase(),
    none.tenantId,
    none.slug,
    'not a name',
    '%',
    "a'b",
    'x'.repeat(200),
  ];
};

describe('T3: a foreign tenant and an absent tenant', () => {
  test('have identical responses for the header', async () => {
    const token = await member();
    const answers = await Promise.all(strange().map(tenant => ask({ token, tenant })));
    expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 403, data: undefined, errors: NOT_FOUND });
    expect(secretsIn(answers[0]!.whole, world.b)).toEqual([]);
  });

  test("have identical responses for the token's claim", async () => {
    const answers = await Promise.all(strange().map(async tenant => ask({ token: await member({ tenant }) })));
    expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 403, errors: NOT_FOUND });
  });

  test('have identical responses when the token names them and the header the own tenant', async () => {
    const answers = await Promise.all(strange().map(async tenant => ask({ token: await member({ tenant }), tenant: world.a.slug })));
    expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 400, errors: [{ extensions: { code: 'TENANT_CONFLICT' } }] });
  });

  test('have identical responses when the header names them and the token the own tenant', async () => {
    const token = await member({ tenant: world.a.tenantId });
    const answers = await Promise.all(strange().map(tenant => ask({ token, tenant })));
    expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 403, errors: NOT_FOUND });
  });

  test('have identical responses for a person without memberships, an unknown person and staff', async () => {
    const tokens = [
      await gateway.tokenOf(world.stranger),
      await gateway.tokenOf({ subject: 'nobody-knows' }),
      await gateway.tokenOf({ subject: 'staff' }, { ipto_staff: true }),
    ];
    const names = [world.a.slug, world.b.tenantId, ...strange()];
    const answers = await Promise.all(tokens.flatMap(token => names.map(tenant => ask({ token, tenant }))));
    expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 403, errors: NOT_FOUND });
  });

  test('have identical responses for the same subject at another issuer', async () => {
    await fixtures(database).person('Alpaca Viewer', 'https://other.example');
    await database.sql('DELETE FROM membership WHERE person_id = $1', [world.a.userId]);
    expect(await ask({ token: await member(), tenant: world.a.slug })).toMatchObject({ status: 403, errors: NOT_FOUND });
  });
});

describe('T3: the token and the header', () => {
  test('that agree, by id or by slug, are accepted', async () => {
    const names = [world.b.tenantId, world.b.slug, world.b.slug.toUpperCase()];
    for (const claim of names)
      for (const tenant of [...names, undefined]) {
        const { data, errors } = await ask({ token: await both({ tenant: claim }), ...(tenant && { tenant }) });
        expect({ data, errors }).toEqual({ data: inside(world.b.slug), errors: [] });
      }
  });

  test('that name two different tenants of a person are refused', async () => {
    for (const [claim, tenant] of [
      [world.a.tenantId, world.b.tenantId],
      [world.a.slug, world.b.tenantId],
      [world.b.slug, world.a.slug],
    ] as const)
      expect(await ask({ token: await both({ tenant: claim }), tenant })).toMatchObject({
        status: 400,
        data: undefined,
        errors: [{ extensions: { code: 'TENANT_CONFLICT' } }],
      });
  });

  test("that are both missing: the person's only tenant, or none", async () => {
    expect((await ask({ token: await member() })).data).toEqual(inside(world.a.slug));
    expect((await ask({ token: await both() })).data).toEqual({ viewer: { membership: null }, tenant: null });
  });

  test('without a token the header reveals nothing', async () => {
    const answers = await Promise.all([world.a.slug, ...strange()].map(tenant => ask({ tenant })));
    expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200, data: { tenant: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('that occur twice are refused', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['authorization', `Bearer ${await both()}`],
        ['x-tenant-id', world.a.slug],
        ['x-tenant-id', world.b.slug],
      ],
      body: JSON.stringify({ query: WHERE }),
    });
    expect(await response.text()).not.toContain('"slug":"');
    expect([400, 403]).toContain(response.status);
  });
});

describe('a deleted tenant', () => {
  test('has the same response as an absent one and is in no list', async () => {
    const token = await both();
    const nothing = await ask({ token, tenant: absent().tenantId });
    await fixtures(database).setStatus({ id: world.b.tenantId }, 'deleted');
    for (const tenant of [world.b.tenantId, world.b.slug]) expect((await ask({ token, tenant })).whole).toBe(nothing.whole);
    const { data } = await gateway.ask('{ viewer { memberships { slug } } }', { token });
    expect(data.viewer.memberships).toEqual([{ slug: world.a.slug }]);
    expect((await ask({ token })).data).toEqual(inside(world.a.slug));
  });

  test('frees its slug for another tenant', async () => {
    await fixtures(database).setStatus({ id: world.b.tenantId }, 'deleted');
    const next = await fixtures(database).tenant(world.b.slug, world.stranger);
    const { data } = await gateway.ask('{ tenant { tenantId } }', { token: await gateway.tokenOf(world.stranger), tenant: world.b.slug });
    expect(data).toEqual({ tenant: { tenantId: next.id } });
    expect(await ask({ token: await both(), tenant: world.b.slug })).toMatchObject({ status: 403, errors: NOT_FOUND });
  });
});
