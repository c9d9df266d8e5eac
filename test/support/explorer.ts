import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** Opens a tab by the name of its operation, and waits until GraphiQL would run that operation. */
export async function chooseTab(page: Page, operation: string): Promise<void> {
  await page.locator('.graphiql-tab', { hasText: operation }).locator('button').first().click();
  // GraphiQL selects the operation shortly after it shows it, when it stores the query.
  const stored = async () => String(await page.evaluate("localStorage.getItem('graphiql:query')"));
  for (let tries = 0; !new RegExp(`\\b${operation}\\b`).test(await stored()); tries += 1) {
    if (tries === 400) throw new Error(`the tab ${operation} did not open`);
    await sleep(50);
  }
}
