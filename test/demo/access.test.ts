import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seriousFaults } from '../support/axe.ts';
import { hasChromium, type OpenedPage, openAccess } from '../support/browser.ts';
import { useDemo } from '../support/demo.ts';

describe.skipIf(!hasChromium())('the page "May I?" of the demo, in Chromium', () => {
  const running = useDemo();
  let opened: OpenedPage;
  const page = () => opened.page;
  const url = (search = '') => `${running.demo.url}/access${search}`;

  beforeEach(async () => {
    opened = await openAccess(url());
  });

  afterEach(async () => {
    const { requested, complaints } = opened;
    await opened.close();
    expect(complaints).toEqual([]);
    expect(requested.filter(at => !at.startsWith('data:') && new URL(at).origin !== running.demo.url)).toEqual([]);
  });

  const list = (name: string, on = page()) => on.getByRole('combobox', { name, exact: true });
  const explained = () => page().locator('#explanation').textContent();

  test('answers while the controls change, and the link gives the same answer', async () => {
    await list('May').selectOption('operator');
    await list('on the plan').selectOption('FREE');
    await list('use').selectOption('analytics:read-series');
    const verdict = page().locator('#verdict');
    await verdict.getByText("Change the tenant's plan to PROFESSIONAL or ENTERPRISE.").waitFor();
    expect(await verdict.locator('dt').count()).toBe(2);
    const shown = await verdict.textContent();
    await page().goto(page().url());
    expect(await verdict.textContent()).toBe(shown);
  });

  test('finds the permission of a field', async () => {
    await page().getByLabel('Find a permission or a field').fill('billingEmail');
    await page()
      .getByText(/^3 of \d+ permissions$/)
      .waitFor();
    expect(await page().locator('#matrix tbody th[scope=row] a').allTextContents()).toEqual([
      'tenant:read',
      'billing-contact:read',
      'billing-contact:update',
    ]);
  });

  test('explains an operation for a persona, without running it', async () => {
    await list('Persona').selectOption('viewer@northwind.example');
    await page()
      .getByRole('textbox', { name: 'Operation' })
      .fill('mutation { renameTenant(input: { name: "Changed" }) { tenant { name } } }');
    await page().getByRole('button', { name: 'Explain' }).click();
    await page().locator('#explanation dt').waitFor();
    expect(await explained()).toContain('No. One field would be refused.');
    expect(await explained()).toContain('renameTenanttenant:rename needs the role owner or admin.');
    expect(await explained()).toContain('What would help: A member with the role owner or admin can do it.');

    await list('Persona').selectOption('owner@northwind.example');
    expect(await explained()).toBe('');
    await page().getByRole('button', { name: 'Explain' }).click();
    await page().getByText('None of its fields would be refused.').waitFor();
    await page().getByRole('textbox', { name: 'Operation' }).fill('{ tenant { name } }');
    const [answer] = await Promise.all([
      page().waitForResponse(response => response.url().endsWith('/graphql')),
      page().getByRole('button', { name: 'Explain' }).click(),
    ]);
    expect(JSON.stringify(await answer.json())).not.toContain('Changed');
  });

  test('says what is wrong with an operation', async () => {
    await page().getByRole('textbox', { name: 'Operation' }).fill('{ nothingOfTheKind }');
    await page().getByRole('button', { name: 'Explain' }).click();
    await page().getByText('Cannot query field "nothingOfTheKind" on type "Query".').waitFor();
    await page().getByText('Variables, and').click();
    await page().getByLabel('Variables, as JSON').fill('{ x');
    await page().getByRole('button', { name: 'Explain' }).click();
    await page().getByText('The variables are not JSON.').waitFor();
  });

  test('works with the keyboard alone', async () => {
    await page().keyboard.press('Tab');
    expect(await page().evaluate('document.activeElement.textContent')).toBe('To the content');
    await page().keyboard.press('Enter');
    await page().keyboard.press('Tab');
    await page().keyboard.type('admin');
    await page().getByText("Read the members' e-mail addresses: admin may.").waitFor();
    for (const _step of ['status', 'plan', 'permission', 'button', 'persona']) await page().keyboard.press('Tab');
    await page().keyboard.type('viewer@north');
    expect(await list('Tenant').inputValue()).toBe('northwind');
    for (const _step of ['tenant', 'operation']) await page().keyboard.press('Tab');
    expect(await page().evaluate('document.activeElement.id')).toBe('document');
    for (const _step of ['variables', 'button']) await page().keyboard.press('Tab');
    await page().keyboard.press('Enter');
    await page().getByText('No. 2 fields would be refused.').waitFor();
  });

  test.each([
    { colorScheme: 'light', width: 1440 },
    { colorScheme: 'dark', width: 1440 },
    { colorScheme: 'light', width: 390 },
    { colorScheme: 'dark', width: 390 },
  ] as const)('is accessible and fits its window: $colorScheme, $width px', async look => {
    const shown = await openAccess(url('?find=read'), look);
    await list('Persona', shown.page).selectOption('viewer@northwind.example');
    await shown.page.getByRole('button', { name: 'Explain' }).click();
    await shown.page.locator('#explanation dt').first().waitFor();
    expect(await seriousFaults(shown.page)).toEqual([]);
    expect(await shown.page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
    await shown.close();
  });
});
