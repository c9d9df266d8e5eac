import { openPage } from '../../test/support/browser.ts';
import type { Hour } from './hour.ts';

const PAGE = 'examples/dashboard/README.md';

/** Develops a page: a token, the example in its dev server, and its build. */
export async function develop(hour: Hour): Promise<void> {
  const { token } = JSON.parse(await hour.run('docs/clients.md', 'persona'));
  if (!token) throw new Error('The demo signed no token.');
  await hour.run(PAGE, 'install');
  const url = await hour.start(PAGE, 'dev', /Local: +(http:\/\/localhost:\d+)/);
  await look(url);
  await hour.run(PAGE, 'build');
}

/** Signs in, and waits until the page shows what it shows first. */
async function look(url: string): Promise<void> {
  const { page, complaints, close } = await openPage(url);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Earnings, last 30 days' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await close();
  if (complaints.length) throw new Error(`The dashboard complains: ${complaints.join('\n')}`);
}
