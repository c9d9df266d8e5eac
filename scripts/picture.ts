import { mkdir, writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { type Look, openAccess, openExplorer } from '../test/support/browser.ts';
import { startTemporaryDemo } from '../test/support/demo.ts';
import { chooseTab } from '../test/support/explorer.ts';
import { dashboardPictures } from './picture/dashboard.ts';
import { sitePictures } from './picture/site.ts';

/**
 * Takes the pictures in docs/pictures: of the demo's pages, for a viewer who is refused; of the
 * documentation site, which `npm run build --prefix site` has built; and of the dashboard, which
 * `npm run build --prefix examples/dashboard` has.
 */
const FOLDER = 'docs/pictures';
const LOOKS: Readonly<Record<string, Look & { height: number }>> = {
  light: { colorScheme: 'light', width: 1280, height: 800 },
  dark: { colorScheme: 'dark', width: 1280, height: 800 },
  phone: { colorScheme: 'light', width: 390, height: 1380 },
};
const PERSONA = 'viewer@northwind.example';

await mkdir(FOLDER, { recursive: true });
const { demo, close: closeDemo } = await startTemporaryDemo();
for (const [name, look] of Object.entries(LOOKS)) {
  const explorer = await openExplorer(`${demo.url}/graphql`, look);
  await explorer.page.selectOption('#persona', PERSONA);
  await chooseTab(explorer.page, 'RefusedAndWhy');
  await explorer.page.click('.graphiql-execute-button');
  await explorer.page.getByText('4 refused fields').waitFor();
  // Monaco colours the lines a moment later.
  await explorer.page.waitForTimeout(2_000);
  await take(explorer.page, `graphiql-${name}`);
  await explorer.close();

  const access = await openAccess(`${demo.url}/access`, { ...look, height: Math.max(look.height, 1_000) });
  await access.page.selectOption('#persona', PERSONA);
  await access.page.getByRole('button', { name: 'Explain' }).click();
  await access.page.locator('#explanation dt').first().waitFor();
  await take(access.page, `access-${name}`);
  await access.close();
}
await closeDemo();
await sitePictures(LOOKS, take);
await dashboardPictures(LOOKS, take);

/** Writes a picture as WebP, which is a third of PNG. */
async function take(page: Page, name: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
  await writeFile(`${FOLDER}/${name}.webp`, Buffer.from(data, 'base64'));
}
