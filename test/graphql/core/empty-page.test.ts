import { beforeAll, describe, expect, test } from 'vitest';
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

const page = (variables: object) =>
  gateway.ask(
    'query ($after: String, $before: String, $search: String) { tenant { memberships(after: $after, before: $before, filter: { search: $search }) { pageInfo { startCursor endCursor } edges { cursor } } } }',
    { token, variables },
  );

describe('a page without rows', () => {
  test('has null cursors', async () => {
    const { data, errors } = await page({ search: 'nobody is called this' });
    expect(errors).toEqual([]);
    expect(data.tenant.memberships).toEqual({ pageInfo: { startCursor: null, endCursor: null }, edges: [] });
  });
});

describe('an empty cursor', () => {
  test.each(['after', 'before'])('in `%s` is BAD_USER_INPUT, not the first page', async place => {
    const { data, errors } = await page({ [place]: '' });
    expect(errors).toMatchObject([{ path: ['tenant', 'memberships'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(data.tenant.memberships).toBeNull();
  });
});
