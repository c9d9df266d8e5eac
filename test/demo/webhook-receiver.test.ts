import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriousFaults } from '../support/axe.ts';
import { hasChromium, type OpenedPage, openPage } from '../support/browser.ts';
import { useDemo } from '../support/demo.ts';
import { ask } from '../support/gateway.ts';

/** The demo's receiver of webhooks (SPEC E2). */
const demo = useDemo();
const url = () => demo.demo.url;
const page = async () => (await fetch(`${url()}/demo/webhooks`)).text();
const send = (body: string, headers: Record<string, string> = {}) => fetch(`${url()}/demo/webhook`, { method: 'POST', headers, body });
const secretOf = (text: string) => `whsec_${Buffer.from(text.padEnd(24, '.')).toString('base64')}`;
const learn = (secret: string) =>
  fetch(`${url()}/demo/webhooks`, { method: 'POST', body: new URLSearchParams({ secret }), redirect: 'manual' });

const CREATE = `mutation ($url: String!) {
  createWebhook(input: { name: "Demo", url: $url, types: [TENANT_RENAMED] }) { secret webhook { id } } }`;

test('E2: shows what a webhook of the demo sends, and that its signature is right', async () => {
  const token = await demo.demo.issuer.sign({ email: 'owner@northwind.example', expiresIn: 600 });
  const { data, errors } = await ask(url(), CREATE, { token, tenant: 'northwind', variables: { url: `${url()}/demo/webhook` } });
  expect(errors).toEqual([]);
  const { secret, webhook } = data.createWebhook;
  await ask(url(), `mutation { testWebhook(input: { webhookId: "${webhook.id}" }) { delivery { id } } }`, { token, tenant: 'northwind' });
  await expect.poll(page).toContain('webhook.test');
  expect(await page()).toContain('not checked: no secret is known');
  expect((await learn(secretOf('another'))).status).toBe(303);
  expect(await page()).toContain('✗ not signed with a known secret');
  expect((await learn(secret)).status).toBe(303);
  expect(await page()).toContain('✓ signed with a known secret');
});

describe('a request that anybody may send', () => {
  test('is shown as text, unsigned', async () => {
    await learn(secretOf('known'));
    const body = JSON.stringify({ type: '<script>alert(1)</script>' });
    expect((await send(body, { 'webhook-id': '"><b>', 'webhook-timestamp': 'x', 'webhook-signature': 'v1,x' })).status).toBe(204);
    const shown = await page();
    expect(shown).not.toContain('<script');
    expect(shown).not.toContain('"><b>');
  });

  test('is signed if one of its signatures is, whenever it is read', async () => {
    const secret = secretOf('rotated');
    await learn(secret);
    const at = new Date(Date.now() - 3_600_000);
    const signed = new Webhook(secret).sign('an-hour-ago', at, '{}');
    await send('{}', {
      'webhook-id': 'an-hour-ago',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': `v1,x ${signed}`,
    });
    expect(await page()).toMatch(/✓ signed with a known secret<br>\s*<small><code>an-hour-ago/);
  });

  test('that is too long is cut, and old ones go', async () => {
    await send('x'.repeat(400_000));
    for (let n = 0; n < 50; n += 1) await send(`{"type":"many ${n}"}`);
    const shown = await page();
    expect(shown.match(/<li>/g)).toHaveLength(50);
    expect(shown.length).toBeLessThan(100_000);
  });

  test('that is no secret is refused in a sentence', async () => {
    const answer = await learn('x y');
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('This is not the secret of a webhook')]);
  });
});

describe.runIf(hasChromium())('the page', () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage(`${url()}/demo/webhooks`, { width: 390 });
  });
  afterAll(() => opened?.close());

  test('fits a phone, has no serious fault of access, and no error', async () => {
    expect(await opened.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await seriousFaults(opened.page)).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });

  test('takes a secret by keyboard alone', async () => {
    await opened.page.getByLabel('The secret of a webhook').focus();
    await opened.page.keyboard.type('nonsense nonsense');
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('alert').waitFor();
  });
});
