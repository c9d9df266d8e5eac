import { beforeAll, expect, test } from 'vitest';
import { fixtures, type Tenant, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { marketFixtures } from '../support/market.ts';

const database = useDatabase();
const gateway = useGateway(database, { poolSize: 2 });
let tenant: Tenant;
let token: string;
beforeAll(async () => {
  const [make, market] = [fixtures(database), marketFixtures(database)];
  const owner = await make.person('Owner');
  tenant = await make.tenant('acme', owner);
  await market.object(tenant, await market.dataset(tenant));
  token = await gateway.tokenOf(owner);
});

// The size is in a variable, and in the document.
const SIZES = [
  ['negative', { first: -1 }, "`first` can't be negative."],
  ['too large', { first: 101 }, 'A page holds at most 100.'],
  ['after no cursor', { after: 'x' }, 'This is not a cursor that this API gives out.'],
  ['from both ends', { first: 1, last: 1 }, 'Ask for `first` or for `last`, not for both.'],
] as const;
const SELECTIONS = ['edges { node { id } }', '__typename', 'totalCount'];
const PAGES = [
  ['of the tenant', (page: string) => `tenant { memberships${page} }`],
  ['inside a list', (page: string) => `tenant { datasets { edges { node { objects${page} } } } }`],
] as const;

test.each(SIZES.flatMap(size => PAGES.map(page => [size[0], page[0], size, page] as const)))(
  'G7: a page that is %s, %s, is refused, cold and warm, whatever is selected of it',
  async (_size, _page, [, args, message], [, query]) => {
    const written = Object.entries(args).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    const head = 'query ($first: Int, $last: Int, $after: String)';
    for (const selection of SELECTIONS)
      for (const text of [
        `{ ${query(`(${written}) { ${selection} }`)} }`,
        `${head} { ${query(`(first: $first, last: $last, after: $after) { ${selection} }`)} }`,
      ])
        for (let times = 0; times < 3; times += 1) {
          const { errors } = await gateway.ask(text, { token, tenant: tenant.slug, variables: args });
          expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
        }
  },
);
