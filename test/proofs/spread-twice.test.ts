import { beforeAll, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let token: string;
beforeAll(async () => {
  const make = fixtures(database);
  const viewer = await make.person('Viewer');
  await make.member(await make.tenant('acme', await make.person('Owner')), viewer, ['viewer']);
  token = await gateway.tokenOf(viewer);
});

test('G2: a refused field of a fragment that is spread twice has one location, cold and warm', async () => {
  const query = '{ tenant { ...F ... { ...F } } } fragment F on Tenant { name billingEmail }';
  for (let times = 0; times < 3; times += 1) {
    const { errors } = await gateway.ask(query, { token });
    expect(errors).toMatchObject([{ path: ['tenant', 'billingEmail'], locations: [{ line: 1, column: 62 }] }]);
  }
});
