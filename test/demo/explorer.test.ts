import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.ts';
import { openingTabs } from '../../src/http/routes/graphiql/tabs.ts';
import { hasChromium, type OpenedExplorer, openExplorer } from '../support/browser.ts';
import { useDemo } from '../support/demo.ts';
import { chooseTab } from '../support/explorer.ts';

test.each([true, false])('every tab is a valid operation of the schema (demo: %s)', demo => {
  const schema = buildSchema();
  for (const { query } of openingTabs(demo)) expect(validate(schema, parse(query))).toEqual([]);
});

describe.skipIf(!hasChromium())('the demo, explored in Chromium', () => {
  const running = useDemo();
  let explorer: OpenedExplorer;
  const url = () => running.demo.url;

  beforeAll(async () => {
    explorer = await openExplorer(`${url()}/graphql`);
  });
  afterAll(() => explorer?.close());

  /** Runs the open tab, and gives what the gateway answered once the page shows it. */
  async function run(shown: string) {
    const { page } = explorer;
    const [answer] = await Promise.all([
      page.waitForResponse(response => response.url() === `${url()}/graphql` && response.request().method() === 'POST'),
      page.click('.graphiql-execute-button'),
    ]);
    await page.locator('.graphiql-response .view-lines', { hasText: shown }).waitFor();
    return answer.json();
  }

  test('a persona is chosen, a tab is run, and a refusal is shown', async () => {
    const { page } = explorer;
    await page.selectOption('#persona', 'viewer@northwind.example');
    await chooseTab(page, 'WhoAmI');
    expect((await run('Ashworth')).data.viewer).toMatchObject({
      principal: 'USER',
      name: 'Tom Ashworth',
      membership: { slug: 'northwind', roles: ['VIEWER'] },
    });
    await chooseTab(page, 'RefusedAndWhy');
    const refused = await run('because');
    expect(refused.data.tenant).toMatchObject({ name: 'Northwind Traders', billingEmail: null });
    expect(refused.errors[0]).toMatchObject({
      path: ['tenant', 'billingEmail'],
      extensions: { because: 'ROLE', requires: { roles: ['OWNER', 'ADMIN'] } },
    });
  });

  test('the same tab runs as another persona, and in a tenant of others', async () => {
    const { page } = explorer;
    await page.selectOption('#persona', 'owner@northwind.example');
    await chooseTab(page, 'RefusedAndWhy');
    const allowed = await run('billing@northwind.example');
    expect(allowed.errors).toBeUndefined();
    await page.selectOption('#tenant', 'adatum');
    const foreign = await run('TENANT_NOT_FOUND');
    expect(foreign).toMatchObject({ errors: [{ extensions: { code: 'TENANT_NOT_FOUND' } }] });
    expect(foreign.data).toBeUndefined();
  });

  test('no request left the machine, and the console has only the expected 403', () => {
    const hosts = new Set(explorer.requested.filter(url => /^https?:/.test(url)).map(url => new URL(url).host));
    expect([...hosts]).toEqual([new URL(url()).host]);
    expect(explorer.complaints.filter(line => !line.includes('403'))).toEqual([]);
  });
});
