import { openExplorer } from '../test/support/browser.ts';
import { startTemporaryDemo } from '../test/support/demo.ts';
import { chooseTab } from '../test/support/explorer.ts';

/**
 * Takes docs/explorer.png, the README's picture: the demo's explorer, acting as a viewer who is
 * refused.
 */
const { demo, close: closeDemo } = await startTemporaryDemo();
const { page, close } = await openExplorer(`${demo.url}/graphql`);
await page.selectOption('#persona', 'viewer@northwind.example');
await chooseTab(page, 'RefusedAndWhy');
await page.click('.graphiql-execute-button');
await page.locator('.graphiql-response .view-lines', { hasText: 'because' }).waitFor();
await page.screenshot({ path: 'docs/explorer.png' });
await close();
await closeDemo();
