import { beforeAll, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let token: string;
beforeAll(async () => {
  const make = fixtures(database);
  const owner = await make.person('Owner');
  await make.tenant('acme', owner);
  token = await gateway.tokenOf(owner);
});

test('a response has its fields in the order of the document, however long each takes', async () => {
  const fast = 'slug name status';
  const slow = 'memberships(first: 1) { totalCount edges { node { user { name } roles } } } plan { name code } memberCount';
  for (const [query, keys] of [
    [`{ tenant { ${slow} ${fast} } plans { code } }`, ['memberships', 'plan', 'memberCount', 'slug', 'name', 'status']],
    [`{ tenant { ${fast} ${slow} } plans { code } }`, ['slug', 'name', 'status', 'memberships', 'plan', 'memberCount']],
  ] as const) {
    const { data } = await gateway.ask(query, { token });
    expect(Object.keys(data)).toEqual(['tenant', 'plans']);
    expect(Object.keys(data.tenant)).toEqual(keys);
    expect(Object.keys(data.tenant.plan)).toEqual(['name', 'code']);
  }
});
