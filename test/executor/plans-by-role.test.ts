import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtures, type Member, type Person, type Tenant, useDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { marketFixtures } from '../support/market.ts';

/**
 * Every set of roles in every status gets the same from a query plan as from GraphQL.js, whose
 * answers the matrix holds (test/access/matrix.test.ts): the matrix asks for everything at once, of
 * which there is too much for a plan.
 */
const database = useDatabase();
let gateways: { plans: TestGateway; graphql: TestGateway };
let tenant: Tenant;
let member: Member;
let [owner, person]: Person[] = [];
beforeAll(async () => {
  const [make, market] = [fixtures(database), marketFixtures(database)];
  owner = await make.person('Owner');
  person = await make.person('Caller');
  tenant = await make.tenant('acme', owner, { plan: 'PROFESSIONAL' });
  member = await make.member(tenant, person, ['viewer']);
  await market.setSides(tenant, { sells: true, buys: true });
  await market.object(tenant, { id: (await market.listing(tenant)).datasetId });
  const [plans, graphql] = await Promise.all([true, false].map(compiled => startTestGateway(database, { poolSize: 2, compiled })));
  gateways = { plans: plans!, graphql: graphql! };
  gateways.graphql.clock.set(gateways.plans.clock.now());
});
afterAll(async () => {
  for (const gateway of Object.values(gateways ?? {})) await gateway.stop();
});

const ROLES = ['admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const;
const SETS = Array.from({ length: 2 ** ROLES.length - 1 }, (_, bits) => ROLES.filter((_, place) => (bits + 1) & (1 << place)));
const STATUSES = ['active', 'suspended', 'pending_deletion'] as const;

const QUESTIONS = [
  `{ viewer { permissions } tenant { name status billingEmail memberCount datasetCount plan { code }
     memberships { totalCount edges { node { id roles user { name email } } } } invitations { totalCount } auditEvents { totalCount }
     datasets { edges { node { id name earnings { totalCount } listing { title price { amount } } objects { edges { node { size } } } } } } entitlements { totalCount } earnings { totalCount } } }`,
  '{ tenant { name status billingEmail memberCount datasetCount plan { code } datasets { totalCount edges { node { id listing { status } objects { totalCount } } } } invitations { totalCount } } marketplace { search { totalCount edges { node { title entitled } } } } }',
];

async function responseTo(gateway: TestGateway, who: Person, query: string): Promise<string> {
  const options = { token: await gateway.tokenOf(who), tenant: tenant.slug, headers: { 'x-request-id': 'the-same' } };
  await gateway.ask(query, options);
  const { errors, ...answer } = JSON.parse((await gateway.ask(query, options)).text) as { errors?: unknown[] };
  // GraphQL.js reports the errors of two root fields in the order of their completion
  return JSON.stringify({ ...answer, errors: errors?.map(error => JSON.stringify(error)).sort() });
}

test.each(STATUSES)('R1, S5, G2: %s: every set of roles gets the same response as from GraphQL.js, with every reason', async status => {
  await fixtures(database).setStatus(tenant, status, 'for the test');
  const before = gateways.plans.counts().queries.answered;
  const seen = new Set<string>();
  for (const roles of [['owner'], ...SETS]) {
    if (roles[0] !== 'owner') await database.sql('UPDATE membership SET roles = $2 WHERE id = $1', [member.id, roles]);
    const who = roles[0] === 'owner' ? owner! : person!;
    for (const query of QUESTIONS) {
      const [plans, graphql] = [await responseTo(gateways.plans, who, query), await responseTo(gateways.graphql, who, query)];
      expect(plans, `${roles}`).toBe(graphql);
      expect(plans).not.toContain('INTERNAL_SERVER_ERROR');
      seen.add(plans);
    }
  }
  expect(gateways.plans.counts().queries.answered - before).toBeGreaterThan(SETS.length * QUESTIONS.length);
  expect(seen.size).toBeGreaterThan(10);
});
