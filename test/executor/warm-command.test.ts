import { expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database, { poolSize: 2 });

test('a command of a caller whose membership is cached runs under the optimistic context', async () => {
  const make = fixtures(database);
  const owner = await make.person('Owner');
  const tenant = await make.tenant('acme', owner);
  const token = await gateway.tokenOf(owner);
  const rename = (name: string) =>
    gateway.ask('mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }', {
      ...{ token, tenant: tenant.slug, variables: { name } },
    });
  const before = gateway.counts().queries;
  for (const name of ['One', 'Two', 'Three', 'Four']) expect((await rename(name)).data.renameTenant.tenant).toEqual({ name });
  const { answered, stale, unexpected } = gateway.counts().queries;
  // The first goes through yoga, which caches the document; the others are answered at once.
  expect({ answered: answered - before.answered, stale, unexpected }).toEqual({ answered: 3, stale: 0, unexpected: 0 });
});
