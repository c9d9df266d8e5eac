import { describe, expect, test } from 'vitest';
import type { Query } from '../support/gateway.ts';
import { absent, secretsIn } from '../support/isolation/isolation.ts';
import { keysOf } from '../support/keys.ts';
import { lifeOf } from '../support/tenant-actors.ts';
import { useTwoTenants } from '../support/two-tenants.ts';

const { database, gateway, world } = useTwoTenants();

const INSIDE = '{ slug name memberships { totalCount } }';
/** Queries that name their tenant, in each way that a document can. */
const NAMED = `query ($slug: String!) { viewer { membership { slug } } tenant(slug: $slug) ${INSIDE} }`;
const literal = (slug: string) => `{ viewer { membership { slug } } tenant(slug: ${JSON.stringify(slug)}) ${INSIDE} }`;
const WAYS: Readonly<Record<string, (slug: string) => readonly [query: string, variables?: object]>> = {
  'a literal': slug => [literal(slug)],
  'a variable': slug => [NAMED, { slug }],
  'the default of a variable': slug => [
    `query ($slug: String = "${slug}") { viewer { membership { slug } } tenant(slug: $slug) ${INSIDE} }`,
  ],
  'a variable that is given in place of its default': slug => [
    `query ($slug: String = "elsewhere") { viewer { membership { slug } } tenant(slug: $slug) ${INSIDE} }`,
    { slug },
  ],
  'a fragment': slug => [
    `query ($slug: String) { viewer { membership { slug } } ...Other } fragment Other on Query { ...It } fragment It on Query { ... on Query { tenant(slug: $slug) ${INSIDE} } }`,
    { slug },
  ],
  'an alias, in upper case': slug => [`{ viewer { membership { slug } } mine: tenant(slug: "${slug.toUpperCase()}") ${INSIDE} }`],
};

const ask = async (query: string, options: Query = {}) => {
  const answer = await gateway.ask(query, { ...options, headers: { ...options.headers, 'x-request-id': 'the-same' } });
  const headers = [...answer.headers].filter(([name]) => name !== 'date');
  return { ...answer, whole: JSON.stringify([answer.status, headers, answer.text]) };
};
const member = (claims = {}) => gateway.tokenOf({ subject: world.a.subject }, claims);
const both = (claims = {}) => gateway.tokenOf(world.shared, claims);
const strange = () => [world.b.slug, absent().slug, 'not a name', '%', "a'b", '', 'x'.repeat(200), world.a.tenantId, world.b.tenantId];
const CONFLICT = { status: 400, data: undefined, errors: [{ extensions: { code: 'TENANT_CONFLICT' } }] };
const NOT_FOUND = { status: 403, data: undefined, errors: [{ extensions: { code: 'TENANT_NOT_FOUND' } }] };

describe('T3: the slug of a query', () => {
  test.each(Object.entries(WAYS))('as %s is the tenant context of the whole request, cold and warm', async (_what, way) => {
    const token = await both();
    for (let time = 0; time < 3; time += 1)
      for (const { slug, name } of [world.a, world.b]) {
        const [query, variables] = way(slug);
        const { data, errors } = await ask(query, { token, ...(variables && { variables }) });
        expect({ data, errors }).toEqual({
          data: {
            viewer: { membership: { slug } },
            [query.includes('mine:') ? 'mine' : 'tenant']: { slug, name, memberships: { totalCount: 3 } },
          },
          errors: [],
        });
      }
  });

  test('of a foreign tenant, an absent one or none that could be has one response, cold and warm, with GET as with POST', async () => {
    const token = await member();
    for (let time = 0; time < 3; time += 1) {
      const answers = [];
      for (const slug of strange()) {
        answers.push(await ask(NAMED, { token, variables: { slug } }), await ask(literal(slug), { token }));
        const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'the-same' };
        const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(literal(slug))}`, { headers });
        expect([response.status, await response.text()]).toEqual([403, answers[0]!.text]);
        const withoutId = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ documentId: null, query: literal(slug) }),
        });
        expect([withoutId.status, await withoutId.text()]).toEqual([403, answers[0]!.text]);
      }
      expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
      expect(answers[0]).toMatchObject(NOT_FOUND);
      expect(secretsIn(answers[0]!.whole, world.b)).toEqual([]);
      expect((await ask(NAMED, { token, variables: { slug: world.a.slug } })).status).toBe(200);
    }
  });

  test('agrees with the header, by id or slug, and with the token, or the request is refused', async () => {
    for (const [tenant, claim] of [
      [world.a.tenantId, undefined],
      [world.a.slug.toUpperCase(), undefined],
      [undefined, world.a.tenantId],
      [world.a.slug, world.a.slug],
    ]) {
      const token = await both(claim ? { tenant: claim } : {});
      const options = { token, ...(tenant && { tenant }) };
      for (let time = 0; time < 3; time += 1) {
        expect((await ask(NAMED, { ...options, variables: { slug: world.a.slug } })).data.tenant.slug).toBe(world.a.slug);
        expect(await ask(NAMED, { ...options, variables: { slug: world.b.slug } })).toMatchObject(CONFLICT);
      }
    }
  });

  test('T4: beside the own tenant’s header, a foreign slug and an absent one are refused alike', async () => {
    for (const options of [
      { token: await member(), tenant: world.a.slug },
      { token: await member({ tenant: world.a.slug }), tenant: world.a.tenantId },
    ]) {
      const answers = [];
      for (const slug of strange()) answers.push(await ask(NAMED, { ...options, variables: { slug } }));
      expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
      expect(answers[0]).toMatchObject(CONFLICT);
    }
  });

  test('beside a foreign header or a foreign claim is no way in', async () => {
    for (const foreign of [world.b.slug, absent().slug]) {
      const variables = { slug: world.a.slug };
      expect(await ask(NAMED, { token: await member(), tenant: foreign, variables })).toMatchObject(NOT_FOUND);
      expect(await ask(NAMED, { token: await member({ tenant: foreign }), variables })).toMatchObject(CONFLICT);
    }
  });

  test('T2: several slugs in one operation are refused, wherever they stand, for every caller', async () => {
    const [a, b] = [world.a.slug, world.b.slug];
    for (const [query, variables] of [
      [`{ one: tenant(slug: "${a}") { name } other: tenant(slug: "${b}") { name } }`],
      [`query ($slug: String) { one: tenant(slug: "${a}") { name } other: tenant(slug: $slug) { name } }`, { slug: b }],
      [`query ($slug: String = "${b}") { one: tenant(slug: "${a}") { name } other: tenant(slug: $slug) { name } }`],
      [`{ one: tenant(slug: "${a}") { name } ...F } fragment F on Query { other: tenant(slug: "${b}") { name } }`],
      [`{ one: tenant(slug: "${a}") { name } other: tenant(slug: "${b}") @skip(if: true) { name } }`],
    ] as const)
      for (let time = 0; time < 3; time += 1)
        for (const token of [await both(), undefined])
          expect(await ask(query, { ...(token && { token }), ...(variables && { variables }) })).toMatchObject(CONFLICT);
    const same = `query ($slug: String) { one: tenant(slug: "${a}") { slug } other: tenant(slug: $slug) { slug } tenant { slug } }`;
    const { data } = await ask(same, { token: await both(), variables: { slug: a.toUpperCase() } });
    expect(data).toEqual({ one: { slug: a }, other: { slug: a }, tenant: { slug: a } });
  });

  test('counts in the operation that is run, and only as a text', async () => {
    const query = `query A { tenant(slug: "${world.a.slug}") { slug } } query B { tenant(slug: "${world.b.slug}") { slug } } query C { tenant { slug } }`;
    const token = await both();
    const run = async (operationName: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, operationName }),
      });
      return (await response.json()).data;
    };
    for (let time = 0; time < 3; time += 1) {
      expect(await run('A')).toEqual({ tenant: { slug: world.a.slug } });
      expect(await run('B')).toEqual({ tenant: { slug: world.b.slug } });
      expect(await run('C')).toEqual({ tenant: null });
    }
    const OPTIONAL = 'query ($slug: String) { tenant(slug: $slug) { slug } }';
    for (const variables of [{}, { slug: null }]) expect((await ask(OPTIONAL, { token, variables })).data).toEqual({ tenant: null });
    expect((await ask(OPTIONAL, { token: await member(), variables: { slug: null } })).data).toEqual({ tenant: { slug: world.a.slug } });
    for (const variables of [{ slug: 1 }, { slug: [world.a.slug] }])
      expect(await ask(OPTIONAL, { token, variables })).toMatchObject({
        data: undefined,
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      });
    for (const broken of [
      '{ tenant(slug: 1) { slug } }',
      '{ tenant(slug: "a" { slug } }',
      '{ ...F } fragment F on Query { ...F tenant(slug: "a") { slug } }',
    ])
      expect((await ask(broken, { token })).data).toBeUndefined();
  });

  test('of an API key is its own tenant’s; every other is refused alike', async () => {
    const life = lifeOf(database, gateway);
    const home = await life.home();
    const { secret: token } = await keysOf(life).make(home.owner);
    const QUERY = 'query ($slug: String!) { tenant(slug: $slug) { slug } }';
    for (let time = 0; time < 3; time += 1) {
      const { slug } = home.tenant;
      expect((await ask(QUERY, { token, variables: { slug } })).data).toEqual({ tenant: { slug } });
      const answers = [];
      for (const other of strange()) answers.push(await ask(QUERY, { token, variables: { slug: other } }));
      expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
      expect(answers[0]).toMatchObject(CONFLICT);
    }
  });

  test('of staff is refused like a header; without a token it reveals nothing', async () => {
    const staff = await gateway.tokenOf({ subject: 'staff' }, { ipto_staff: true });
    const names = [world.a.slug, ...strange()];
    for (const [token, due] of [
      [staff, NOT_FOUND],
      [
        undefined,
        { status: 200, data: { viewer: { membership: null }, tenant: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      ],
    ] as const) {
      const answers = [];
      for (const slug of names) answers.push(await ask(NAMED, { ...(token && { token }), variables: { slug } }));
      expect(new Set(answers.map(({ whole }) => whole)).size).toBe(1);
      expect(answers[0]).toMatchObject(due);
    }
  });

  test('R7: a membership that ended is refused at the next request, however warm', async () => {
    const token = await both();
    const variables = { slug: world.b.slug };
    for (let time = 0; time < 3; time += 1) expect((await ask(NAMED, { token, variables })).status).toBe(200);
    await database.sql('DELETE FROM membership WHERE tenant_id = $1 AND person_id = (SELECT id FROM person WHERE subject = $2)', [
      world.b.tenantId,
      world.shared.subject,
    ]);
    expect(await ask(NAMED, { token, variables })).toMatchObject(NOT_FOUND);
  });

  test('a header cannot pass for the key of a slug in a cache', async () => {
    const token = await both();
    expect((await ask(NAMED, { token, tenant: world.a.slug, variables: { slug: world.a.slug } })).status).toBe(200);
    for (const tenant of [`=${world.a.slug}%0a${world.a.slug}`, `=${world.a.slug}`, `${world.a.slug} ${world.a.slug}`])
      expect(await ask('{ tenant { slug } }', { token, tenant })).toMatchObject(NOT_FOUND);
  });
});
