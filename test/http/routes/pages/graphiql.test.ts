import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasChromium, type OpenedPage, openExplorer, ready } from '../../../support/browser.ts';
import { chooseTab } from '../../../support/explorer.ts';
import { type FakeGateway, startFakeGateway, tokenOwner } from './graphiql-stand-in.ts';

const PERSONAS = [
  { email: 'owner@northwind.example', label: 'Owner', tenants: ['northwind'] },
  { email: 'viewer@northwind.example', label: 'Viewer', tenants: ['northwind'] },
  { email: 'sam@people.example', label: 'Sam', tenants: ['contoso', 'northwind'] },
  { email: 'staff@ipto.example', label: 'Staff </script><img src=x>', tenants: [] },
];
const TENANTS = [
  { slug: 'northwind', label: 'Northwind' },
  { slug: 'contoso', label: 'Contoso' },
];
const TAB_TITLES = ['WhoAmI', 'MyTenant', 'Members', 'RefusedAndWhy', 'SearchMarketplace', 'RenameTenant', 'FollowTenant'];
const NOTHING = { authorization: undefined, tenant: undefined };

const browser = hasChromium();
let fakeGateway: FakeGateway;
let explorer: OpenedPage;
const page = () => explorer.page;

const choosePersona = (email: string) => page().getByRole('combobox', { name: 'Persona' }).selectOption(email);
const chooseTenant = (slug: string) => page().getByRole('combobox', { name: 'Tenant' }).selectOption(slug);
const sends = () => page().locator('#sends').textContent();
const tabTitles = () => page().locator('.graphiql-tab-button').allTextContents();

/** Runs the tab that is open and gives the server's answer, once it is also shown. */
async function run(shown: string): Promise<unknown> {
  const [answer] = await Promise.all([
    page().waitForResponse(response => response.url() === `${fakeGateway.origin}/graphql` && response.request().method() === 'POST'),
    page().locator('.graphiql-execute-button').click(),
  ]);
  await page().locator('.graphiql-response .view-lines', { hasText: shown }).waitFor();
  return answer.json();
}

const openTab = (operation: string) => chooseTab(page(), operation);

/** The fields that are listed as refused. */
const refusals = () => page().locator('#refusal-list code').allTextContents();

/** The options of a list, by the labels of their groups. */
async function groupsOf(selector: string): Promise<Record<string, string[]>> {
  const groups = await page().locator(`${selector} optgroup`).all();
  const entries = groups.map(async group => [await group.getAttribute('label'), await group.locator('option').allTextContents()]);
  return Object.fromEntries(await Promise.all(entries));
}

function lastAsked() {
  const { authorization, tenant } = fakeGateway.asked.at(-1)!;
  return { persona: tokenOwner(authorization), tenant };
}

describe.skipIf(!browser)('the explorer of the demo, in Chromium', () => {
  beforeEach(async () => {
    fakeGateway = await startFakeGateway({ personas: PERSONAS, tenants: TENANTS });
    explorer = await openExplorer(`${fakeGateway.origin}/graphql`);
  });

  afterEach(async () => {
    const { requested, complaints } = explorer;
    await explorer.close();
    await fakeGateway.close();
    expect(complaints).toEqual([]);
    expect(requested.filter(url => !url.startsWith('data:') && new URL(url).origin !== fakeGateway.origin)).toEqual([]);
  });

  test('opens with a tab for each example, as an anonymous caller and without a tenant', async () => {
    expect(await tabTitles()).toEqual(TAB_TITLES);
    expect(await sends()).toBe('Sends only the headers you type');
    await run('ANONYMOUS');
    expect(fakeGateway.asked).toEqual([NOTHING]);
    expect(fakeGateway.tokensFor).toEqual([]);
  });

  test('a persona sets its token and tenant, and shows its refusals with reasons', async () => {
    await choosePersona('viewer@northwind.example');
    expect(await sends()).toBe('Sends authorization: Bearer …, x-tenant-id: northwind');
    await openTab('RefusedAndWhy');
    const answer = await run('billingEmail');
    expect(await refusals()).toEqual(['tenant.billingEmail', 'tenant.memberships.edges.*.node.user.email']);
    expect(lastAsked()).toEqual({ persona: 'viewer@northwind.example', tenant: 'northwind' });
    expect(answer).toMatchObject({
      data: { tenant: { name: 'northwind', billingEmail: null } },
      errors: [
        { path: ['tenant', 'billingEmail'], extensions: { because: 'ROLE', requires: { roles: ['OWNER'] } } },
        { path: ['tenant', 'memberships', 'edges', 0, 'node', 'user', 'email'] },
      ],
    });

    await choosePersona('owner@northwind.example');
    expect(await run('bills@example')).not.toHaveProperty('errors');
    await page().locator('#refusals').waitFor({ state: 'hidden' });
    expect(lastAsked()).toEqual({ persona: 'owner@northwind.example', tenant: 'northwind' });
  });

  test('a new persona replaces the token and tenant of the previous persona', async () => {
    await choosePersona('sam@people.example');
    await chooseTenant('northwind');
    await run('sam@people.example');
    expect(lastAsked()).toEqual({ persona: 'sam@people.example', tenant: 'northwind' });

    await choosePersona('staff@ipto.example');
    await run('staff@ipto.example');
    expect(lastAsked()).toEqual({ persona: 'staff@ipto.example', tenant: undefined });

    await choosePersona('');
    await run('ANONYMOUS');
    expect(fakeGateway.asked.at(-1)).toEqual(NOTHING);
    expect(fakeGateway.tokensFor).toEqual(['sam@people.example', 'staff@ipto.example']);
  });

  test('the token is sent to the endpoint only', async () => {
    await choosePersona('viewer@northwind.example');
    const asset = await page().locator('link[rel=stylesheet]').first().getAttribute('href');
    const [request] = await Promise.all([page().waitForRequest(`**${asset}`), page().evaluate(`void fetch('${asset}')`)]);
    expect(Object.keys(await request.allHeaders()).filter(name => /authorization|tenant/.test(name))).toEqual([]);
  });

  test('the result of an earlier choice is dimmed until the current choice has run', async () => {
    const dimmed = page().locator('body[data-answer=outdated]');
    await run('ANONYMOUS');
    await choosePersona('viewer@northwind.example');
    expect(await dimmed.count()).toBe(1);
    await run('viewer@northwind.example');
    expect(await dimmed.count()).toBe(0);
  });

  test('lists the personas by tenant, and only the tenants of the persona', async () => {
    expect(await groupsOf('#persona')).toEqual({
      Northwind: ['owner@northwind.example · Owner', 'viewer@northwind.example · Viewer'],
      'Several tenants': ['sam@people.example · Sam'],
      'No tenant': ['staff@ipto.example · Staff </script><img src=x>'],
    });
    expect(await page().getByRole('combobox', { name: 'Tenant' }).isDisabled()).toBe(true);
    await choosePersona('viewer@northwind.example');
    expect(await page().locator('#tenant option').allTextContents()).toEqual(['(none)', 'Northwind']);
    await choosePersona('sam@people.example');
    expect(await page().locator('#tenant option').allTextContents()).toEqual(['(none)', 'Contoso', 'Northwind']);
    await chooseTenant('');
    expect(await sends()).toBe('Sends authorization: Bearer …');
    await run('sam@people.example');
    expect(lastAsked()).toEqual({ persona: 'sam@people.example', tenant: undefined });
  });

  test('a token is reused while it is valid, and renewed in the minute before it expires', async () => {
    await choosePersona('viewer@northwind.example');
    await run('viewer@northwind.example');
    await openTab('MyTenant');
    await run('northwind');
    expect(fakeGateway.tokensFor).toHaveLength(1);

    fakeGateway.tokenLife = 59;
    await choosePersona('owner@northwind.example');
    await run('bills@example');
    await openTab('WhoAmI');
    await run('owner@northwind.example');
    const renewed = fakeGateway.tokensFor.slice(1);
    expect(new Set(renewed)).toEqual(new Set(['owner@northwind.example']));
    expect(renewed.length).toBeGreaterThan(2);
  });

  test('the choice and the tabs survive a reload', async () => {
    await choosePersona('sam@people.example');
    await chooseTenant('northwind');
    await page().reload();
    await ready(page());
    expect(await sends()).toBe('Sends authorization: Bearer …, x-tenant-id: northwind');
    expect(await tabTitles()).toEqual(TAB_TITLES);
    expect(page().url()).toBe(`${fakeGateway.origin}/graphql`);
  });

  test('a link with a query opens a tab of its own, and runs nothing', async () => {
    // In a profile of its own: the first page notes its tabs a moment after it is ready, also after
    // its storage was cleared.
    await explorer.close();
    explorer = await openExplorer(`${fakeGateway.origin}/graphql?query=${encodeURIComponent('query Linked { viewer { email } }')}`);
    expect(await tabTitles()).toEqual(['Linked', ...TAB_TITLES]);
    expect(fakeGateway.asked).toEqual([]);
    await run('email');
    expect(fakeGateway.asked).toEqual([NOTHING]);
  });

  test('the errors are hidden in the response until its JSON is asked for', async () => {
    const response = page().locator('.graphiql-response .view-lines');
    await choosePersona('viewer@northwind.example');
    await openTab('RefusedAndWhy');
    await run('billingEmail');
    await page().getByText('2 refused fields').waitFor();
    await expect.poll(() => response.textContent()).not.toContain('errors');
    await page().getByRole('button', { name: 'Raw JSON' }).click();
    await expect.poll(() => response.textContent()).toContain('errors');

    await openTab('WhoAmI');
    await page().locator('#refusals').waitFor({ state: 'hidden' });
    await openTab('RefusedAndWhy');
    await page().locator('#refusals').waitFor();
    expect(await refusals()).toHaveLength(2);
  });

  test('a link has the document and its variables, and neither headers nor tokens', async () => {
    await choosePersona('viewer@northwind.example');
    await openTab('RenameTenant');
    await page().getByRole('button', { name: 'Copy link' }).click();
    await page()
      .getByText(/Link copied|in the address bar/)
      .waitFor();
    const link = new URL(page().url());
    expect(link.search).toBe('');
    const fragment = new URLSearchParams(link.hash.slice(1));
    expect([...fragment.keys()]).toEqual(['document', 'variables']);
    expect(fragment.get('document')).toContain('mutation RenameTenant');
    expect(JSON.parse(fragment.get('variables')!)).toEqual({ input: { name: 'A New Name' } });

    await explorer.close();
    explorer = await openExplorer(link.href.replace('A+New+Name', 'Linked'));
    expect((await tabTitles())[0]).toBe('RenameTenant');
    await page().locator('.graphiql-editor-tool .view-lines', { hasText: 'Linked' }).first().waitFor();
    expect(fakeGateway.asked).toEqual([]);
  });

  test('what was run is in the history', async () => {
    await run('ANONYMOUS');
    await page().getByRole('button', { name: 'Show History' }).click();
    await page().locator('.graphiql-history-item', { hasText: 'WhoAmI' }).waitFor();
  });

  test('validates a query while typing, in a worker that the content security policy allows', async () => {
    await page().locator('.graphiql-query-editor .view-lines').click();
    await page().keyboard.press('ControlOrMeta+a');
    await page().keyboard.insertText('{ nothingOfTheKind }');
    await page().locator('.graphiql-query-editor .squiggly-error').first().waitFor();
  });
});

describe.skipIf(!browser)('the explorer outside the demo, in Chromium', () => {
  beforeAll(async () => {
    fakeGateway = await startFakeGateway(null);
    explorer = await openExplorer(`${fakeGateway.origin}/graphql`);
  });

  afterAll(async () => {
    await explorer.close();
    await fakeGateway.close();
  });

  test('has no personas, and sends the typed headers', async () => {
    expect(await page().locator('select').count()).toBe(0);
    await page().getByRole('button', { name: 'Headers', exact: true }).click();
    await page().locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
    await page().keyboard.insertText('{ "x-tenant-id": "northwind" }');
    await run('northwind');
    expect(fakeGateway.asked).toEqual([{ authorization: undefined, tenant: 'northwind' }]);
    expect(explorer.complaints).toEqual([]);
  });
});
