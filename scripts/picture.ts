import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDemo } from '../src/demo/demo.ts';
import { createLog } from '../src/http/log.ts';
import { openExplorer } from '../test/support/browser.ts';
import { chooseTab } from '../test/support/explorer.ts';

/** Takes docs/explorer.png, the README's picture: the demo's explorer, acting as a viewer who is refused. */
const directory = await mkdtemp(path.join(tmpdir(), 'ipto-picture-'));
const demo = await startDemo({
  directory,
  host: '127.0.0.1',
  port: 0,
  corsOrigins: [],
  log: createLog('silent'),
  reset: false,
  onProgress: () => {},
});
const { page, close } = await openExplorer(`${demo.url}/graphql`);
await page.selectOption('#persona', 'viewer@northwind.example');
await chooseTab(page, 'RefusedAndWhy');
await page.click('.graphiql-execute-button');
await page.locator('.graphiql-response .view-lines', { hasText: 'because' }).waitFor();
await page.screenshot({ path: 'docs/explorer.png' });
await close();
await demo.stop();
await rm(directory, { recursive: true });
