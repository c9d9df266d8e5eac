import type { Page } from 'playwright-core';
import { type Look, openPage } from '../../test/support/browser.ts';
import { startDashboard } from '../../test/support/dashboard.ts';

/** Takes pictures of the dashboard: northwind's overview and, on a phone, a suspended tenant. */
export async function dashboardPictures(
  looks: Readonly<Record<string, Look>>,
  take: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const dashboard = await startDashboard();
  for (const [name, look] of Object.entries(looks)) {
    const isPhone = name === 'phone';
    const { page, close } = await openPage(dashboard.url, { ...look, height: isPhone ? 1_060 : 600 });
    await page.getByLabel('Sign in as').selectOption(isPhone ? 'viewer@tailspin.example' : 'owner@northwind.example');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    if (isPhone) await page.getByRole('link', { name: 'Members' }).click();
    await page.locator('section').first().waitFor();
    await take(page, `dashboard-${name}`);
    await close();
  }
  await dashboard.close();
}
