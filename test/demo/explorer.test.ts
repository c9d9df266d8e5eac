import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.ts';
import { openingTabs } from '../../src/http/routes/pages/tabs.ts';
import { seriousFaults } from '../support/axe.ts';
import { hasChromium, type OpenedPage, openExplorer } from '../support/browser.ts';
import { useDemo } from '../support/demo.ts';
import { chooseTab } from '../support/explorer.ts';

test.each([true, false])('every tab is a valid operation of the schema (demo: %s)', demo => {
  const schema = buildSchema();
  for (const { query } of openingTabs(demo)) expect(validate(schema, parse(query))).toEqual([]);
});

describe.skipIf(!hasChromium())('the demo, explored in Chromium', () => {
  const running = useDemo();
  let explorer: OpenedPage;
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
    const refused = await run('billingEmail');
    await page.getByText('4 refused fields').waitFor();
    await page.locator('#refusal-list').getByText('billing-contact:read needs the role owner or admin.').waitFor();
    expect(refused.data.tenant).toMatchObject({ name: 'Northwind Traders', billingEmail: null });
    expect(refused.errors[0]).toMatchObject({
      path: ['tenant', 'billingEmail'],
      extensions: { because: 'ROLE', requires: { roles: ['OWNER', 'ADMIN'] } },
    });
  });

  test('the same tab runs as another persona', async () => {
    const { page } = explorer;
    await page.selectOption('#persona', 'owner@northwind.example');
    await chooseTab(page, 'RefusedAndWhy');
    const allowed = await run('billing@northwind.example');
    expect(allowed.errors).toBeUndefined();
  });

  test('the docs and the completion say what the persona may read', async () => {
    const { page } = explorer;
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByText('Query', { exact: true }).first().click();
    for (const [persona, mark] of [
      ['operator@northwind.example', '✗ Refused to'],
      ['viewer@northwind.example', '✓ Allowed to'],
    ] as const) {
      await page.selectOption('#persona', persona);
      const item = docs.locator('.graphiql-doc-explorer-item', { hasText: 'marketplace:' });
      await item.getByText(`${mark} ${persona}.`).waitFor();
    }
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();

    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('{ market');
    await page.keyboard.press('ControlOrMeta+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: '✓ Marketplace' }).waitFor();
  });

  test('a subscription shows each event, and runs until it is stopped', async () => {
    const { page } = explorer;
    await page.selectOption('#persona', 'admin@adatum.example');
    await chooseTab(page, 'FollowTenant');
    const [stream] = await Promise.all([
      page.waitForResponse(response => response.headers()['content-type']?.startsWith('text/event-stream') === true),
      page.click('.graphiql-execute-button'),
    ]);
    expect(stream.status()).toBe(200);
    const token = await running.demo.issuer.sign({ email: 'admin@adatum.example', expiresIn: 60 });
    const query = 'mutation { renameTenant(input: { name: "Adatum Renamed" }) { tenant { name } } }';
    const renamed = await fetch(`${url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    expect(await renamed.json()).toEqual({ data: { renameTenant: { tenant: { name: 'Adatum Renamed' } } } });
    await page.locator('.graphiql-response .view-lines', { hasText: 'Adatum Renamed' }).waitFor();
    await page.getByRole('button', { name: 'Stop query' }).click();
  });

  test('works with the keyboard alone', async () => {
    const { page, close } = await openExplorer(`${url()}/graphql`);
    const tabTo = async (selector: string) => {
      for (let tabs = 0; !(await page.evaluate(`document.activeElement.matches('${selector}, ${selector} *')`)); tabs += 1) {
        if (tabs === 60) throw new Error(`Tab doesn't lead to ${selector}`);
        await page.keyboard.press('Tab');
      }
    };
    await tabTo('#persona');
    await page.keyboard.type('operator@northwind');
    await tabTo('[title=Members]');
    await page.keyboard.press('Enter');
    await tabTo('.graphiql-query-editor');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.locator('#refusal-list').getByText('member:list needs the role').waitFor();
    // Monaco keeps Tab for itself until Ctrl-M.
    await page.keyboard.press('Control+m');
    await tabTo('#raw');
    await page.keyboard.press('Enter');
    await page.locator('.graphiql-response .view-lines', { hasText: 'errors' }).waitFor();
    await close();
  });

  test.each([
    { colorScheme: 'light', width: 1440 },
    { colorScheme: 'dark', width: 1440 },
    { colorScheme: 'light', width: 390 },
    { colorScheme: 'dark', width: 390 },
  ] as const)('is accessible and fits its window: $colorScheme, $width px', async look => {
    const { page, close } = await openExplorer(`${url()}/graphql`, look);
    await page.selectOption('#persona', 'viewer@northwind.example');
    await chooseTab(page, 'RefusedAndWhy');
    await page.click('.graphiql-execute-button');
    await page.getByText('4 refused fields').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
    const answer = await page.locator('.graphiql-response .view-lines').boundingBox();
    expect(answer!.width).toBeGreaterThan(250);
    await close();
  });

  test('no request left the machine, and the console is empty', () => {
    const hosts = new Set(explorer.requested.filter(url => /^https?:/.test(url)).map(url => new URL(url).host));
    expect([...hosts]).toEqual([new URL(url()).host]);
    expect(explorer.complaints).toEqual([]);
  });
});
