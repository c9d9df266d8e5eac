import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { hasPgBouncer, type PgBouncer, startPgBouncer } from '../support/isolation/pgbouncer.ts';

const TENANTS = 12;
const CLIENTS = 24;
const REQUESTS = 10;
const pgBouncer = hasPgBouncer();

type Inside = { readonly slug: string; readonly name: string; readonly token: string; readonly people: readonly string[] };
const database = useDatabase();
const inside: { slug: string; name: string; subject: string; people: string[] }[] = [];
beforeAll(async () => {
  const make = fixtures(database);
  const both = await make.person('Member Of All');
  for (let i = 0; i < TENANTS; i++) {
    const owner = await make.person(`Owner ${i}`);
    const tenant = await make.tenant(`tenant-${i}`, owner, { plan: 'STARTER', name: `Tenant number ${i}` });
    const people = [owner.name, both.name];
    await make.member(tenant, both, ['viewer']);
    for (let j = 0; j <= i % 4; j++) {
      const person = await make.person(`Person ${j} of ${i}`);
      await make.member(tenant, person, ['viewer']);
      people.push(person.name);
    }
    inside.push({ slug: tenant.slug, name: tenant.name, subject: owner.subject, people: people.sort() });
  }
});

const READ = `{ viewer { membership { slug } } tenant { slug name memberCount memberships(first: 50) { totalCount edges { node { user { name } } } } } }`;
const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name slug memberCount } } }';

/**
 * Concurrent clients that each send requests of all tenants in turn: reads, writes and refused
 * writes. Each response must contain data of its own tenant only.
 */
async function storm(gateway: TestGateway) {
  const asking: Inside[] = await Promise.all(inside.map(async one => ({ ...one, token: await gateway.tokenOf({ subject: one.subject }) })));
  const everywhere = await gateway.tokenOf({ subject: 'member.of.all@people.example' });
  const answer = async (i: number) => {
    const one = asking[(i * 7) % TENANTS]!;
    const { token, slug: tenant, name } = one;
    if (i % 5 === 0) return { one, kind: 'rename', ...(await gateway.ask(RENAME, { token, variables: { name } })) };
    if (i % 11 === 0)
      return { one, kind: 'refused', ...(await gateway.ask(RENAME, { token: everywhere, tenant, variables: { name: 'x' } })) };
    return { one, kind: 'read', ...(await gateway.ask(READ, i % 2 ? { token } : { token: everywhere, tenant })) };
  };
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const responses: Awaited<ReturnType<typeof answer>>[] = [];
    for (let i = 0; i < REQUESTS; i++) responses.push(await answer(client * REQUESTS + i));
    return responses;
  });
  const answers = (await Promise.all(clients)).flat();
  for (const { one, kind, data, errors } of answers) {
    if (kind === 'refused') {
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      continue;
    }
    expect(errors).toEqual([]);
    const { slug, name, people } = one;
    if (kind === 'rename') expect(data).toEqual({ renameTenant: { tenant: { name, slug, memberCount: people.length } } });
    else {
      const { memberships, ...tenant } = data.tenant;
      expect(data.viewer).toEqual({ membership: { slug } });
      expect(tenant).toEqual({ slug, name, memberCount: people.length });
      expect(memberships.totalCount).toBe(people.length);
      expect(memberships.edges.map((edge: { node: { user: { name: string } } }) => edge.node.user.name).sort()).toEqual(people);
    }
  }
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['rename', 'refused', 'read']));
}

describe('many concurrent requests of different tenants', () => {
  test.each([1, 2])('on %i connections each see only their own tenant', async poolSize => {
    const gateway = await startTestGateway(database, { poolSize });
    await storm(gateway);
    await gateway.stop();
  });
});

describe.skipIf(!pgBouncer)('behind PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer;
  beforeAll(async () => {
    bouncer = await startPgBouncer(database.runtimeUrl, { connections: 2 });
  });
  afterAll(() => bouncer?.stop());

  test('many concurrent requests of different tenants, over two connections shared by ten', async () => {
    const gateway = await startTestGateway({ runtimeUrl: bouncer.url }, { poolSize: 10 });
    await storm(gateway);
    await gateway.stop();
  });

  test('two gateways share them, too', async () => {
    const gateways = [
      await startTestGateway({ runtimeUrl: bouncer.url }, { poolSize: 3 }),
      await startTestGateway({ runtimeUrl: bouncer.url }, { poolSize: 3 }),
    ];
    await Promise.all(gateways.map(storm));
    for (const gateway of gateways) await gateway.stop();
  });
});
