import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findPersona } from '../../src/demo/personas.ts';
import { seriousFaults } from '../support/axe.ts';
import { hasChromium, type OpenedPage, openPage } from '../support/browser.ts';
import { hasDashboard, type RunningDashboard, startDashboard } from '../support/dashboard.ts';
import { ask } from '../support/gateway.ts';

describe.skipIf(!hasChromium() || !hasDashboard())('the dashboard example, built, on another origin than the demo', () => {
  let running: RunningDashboard;
  let opened: OpenedPage;
  /** The bodies of the requests to the gateway. */
  const sent: string[] = [];
  const page = () => opened.page;
  let heard = 0;
  const newComplaints = () => {
    const complaints = opened.complaints.slice(heard);
    heard += complaints.length;
    return complaints;
  };

  beforeAll(async () => {
    running = await startDashboard();
    opened = await openPage(running.url);
    page().on('request', request => {
      if (request.url().endsWith('/graphql') && request.method() === 'POST') sent.push(request.postData()!);
    });
  });
  afterAll(async () => {
    await opened?.close();
    await running?.close();
  });
  afterEach(async () => {
    expect(newComplaints()).toEqual([]);
    if (await button('Sign out').isVisible()) await button('Sign out').click();
  });

  const button = (name: string) => page().getByRole('button', { name, exact: true });
  const heading = (name: string | RegExp) => page().getByRole('heading', { name, exact: true });
  const open = (name: string) => page().getByRole('link', { name, exact: true }).click();

  /** Signs in, and waits until changes arrive. */
  async function signIn(email: string): Promise<void> {
    await page().getByLabel('Sign in as').selectOption(email);
    await button('Sign in').click();
    await page().getByText('Live', { exact: true }).waitFor();
  }

  async function request(email: string, query: string): Promise<unknown> {
    const token = await running.demo.issuer.sign({ persona: findPersona(email)!, expiresIn: 60 });
    const { data, errors } = await ask(running.demo.url, query, { token });
    expect(errors).toEqual([]);
    return data;
  }

  async function tenantIdOf(owner: string): Promise<string> {
    const data = await request(owner, '{ viewer { memberships { tenantId } } }');
    return (data as { viewer: { memberships: [{ tenantId: string }] } }).viewer.memberships[0].tenantId;
  }

  test('shows usage and earnings of the last 30 days, limits as bars, and people', async () => {
    await signIn('owner@northwind.example');
    await open('Overview');
    for (const name of ['Usage, last 30 days', 'Earnings, last 30 days']) await heading(name).waitFor();
    expect(await page().locator('figure').count()).toBe(2);
    expect(await page().locator('figure').first().locator('li').count()).toBe(30);
    await page().getByText('at most €3.40').waitFor();
    await open('Plan');
    const meter = page().getByRole('meter', { name: 'Members and invitations' });
    expect([await meter.getAttribute('aria-valuenow'), await meter.getAttribute('aria-valuemax')]).toEqual(['7', '100']);
    await open('Members');
    await page().getByText('viewer@northwind.example').waitFor();
  });

  test('G9: sends documents by their hash, and never a text', () => {
    const bodies = sent.map(body => JSON.parse(body));
    expect(bodies.length).toBeGreaterThan(6);
    expect(bodies.filter(({ query }) => query !== undefined)).toEqual([]);
    expect(bodies.filter(({ documentId, extensions }) => !documentId && !extensions.persistedQuery.sha256Hash)).toEqual([]);
  });

  test('R4, R5: invites a person, and revokes the invitation', async () => {
    await signIn('admin@northwind.example');
    await open('Members');
    await page().getByLabel('E-mail').fill('ada@newcomers.example');
    await button('Invite').click();
    await page().getByText('ada@newcomers.example is invited.').waitFor();
    await button('Revoke the invitation of ada@newcomers.example').click();
    await page().getByText('None is open.').waitFor();
  });

  test('P5: shows a limit that is reached, as the gateway says it', async () => {
    await signIn('owner@contoso.example');
    await open('Members');
    await page().getByLabel('E-mail').fill('ada@newcomers.example');
    await button('Invite').click();
    await page().getByRole('alert').getByText('The plan allows 3 members; 3 are in use.').waitFor();
    await page().getByText('None is open.').waitFor();
  });

  test('G3, R6: another tenant has other people and other buttons, and nothing of the previous one', async () => {
    await signIn('sam@people.example');
    await open('Members');
    await page().getByLabel('Tenant').selectOption('contoso');
    await page().getByText('Camila Duarte').waitFor();
    expect(await button('Remove Viktor Holm').isVisible()).toBe(true);
    await page().getByLabel('Tenant').selectOption('northwind');
    await page().getByText('Nora Lindqvist').waitFor();
    expect(await page().getByText('Camila Duarte').count()).toBe(0);
    expect(await page().getByRole('button').allTextContents()).toEqual(['Sign out']);
    expect(await page().getByText('@northwind.example').count()).toBe(0);
    await page().getByLabel('Tenant').selectOption('fabrikam');
    await page().getByText('Felix Brandt').waitFor();
    expect(await page().getByText('Nora Lindqvist').count()).toBe(0);
  });

  test('G8, S2: says at once that the tenant is suspended, and hides what is refused then', async () => {
    const tenantId = await tenantIdOf('owner@fabrikam.example');
    await signIn('owner@fabrikam.example');
    await open('Members');
    await button('Invite').waitFor();
    const suspend = `mutation { staffSuspendTenant(input: { tenantId: "${tenantId}", reason: "An invoice is unpaid." }) { tenant { status } } }`;
    await request('staff@ipto.example', suspend);
    await page().getByText('Fabrikam Residences is suspended.').waitFor();
    await page().getByText('An invoice is unpaid.').waitFor();
    await button('Invite').waitFor({ state: 'detached' });
    await request('staff@ipto.example', `mutation { staffResumeTenant(input: { tenantId: "${tenantId}" }) { tenant { status } } }`);
    await button('Invite').waitFor();
    expect(await page().getByText('is suspended').count()).toBe(0);
  });

  test('G2, P5: says which plan a chart needs, and shows what the plan has', async () => {
    await signIn('owner@fabrikam.example');
    await open('Overview');
    await heading('Usage, last 30 days').waitFor();
    await request('owner@fabrikam.example', 'mutation { setTenantSides(input: { sells: true }) { tenant { sells } } }');
    await page().getByText('analytics:read-series needs the plan PROFESSIONAL or ENTERPRISE.').waitFor();
    await page().getByText('Buyers').waitFor();
  });

  test('asks for a new token when the gateway refuses the old one', async () => {
    let tokens = 0;
    await page().route('**/demo/token', async route => {
      tokens += 1;
      const response = await route.fetch();
      // The first signs in; the second is the one that the pages use.
      await route.fulfill(tokens === 2 ? { response, json: { token: 'no.longer.valid' } } : { response });
    });
    await signIn('viewer@northwind.example');
    await open('Members');
    await page().getByText('Tom Ashworth').first().waitFor();
    await page().unroute('**/demo/token');
    expect(tokens).toBe(3);
    expect(newComplaints()).toEqual(expect.arrayContaining([expect.stringContaining('401')]));
  });

  test('has no serious fault that axe-core knows, in light and dark, and fits 390 px', async () => {
    const look = async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page().emulateMedia({ colorScheme });
        expect(await seriousFaults(page())).toEqual([]);
      }
      expect(await page().evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    };
    await page().setViewportSize({ width: 390, height: 844 });
    await button('Sign in').waitFor();
    await look();
    await signIn('owner@tailspin.example');
    await page().getByText('Tailspin Toys is suspended.').waitFor();
    for (const name of ['Overview', 'Members', 'Plan']) {
      await open(name);
      await heading(name).waitFor();
      await page().locator('section').first().waitFor();
      await look();
    }
  });
});
