import { openAccess, openExplorer } from '../../test/support/browser.ts';
import { chooseTab } from '../../test/support/explorer.ts';
import type { Hour } from './hour.ts';

const FIRST_STEPS = 'docs/first-steps.md';

/** Looks around: GraphiQL as two people, the page "May I?", and the first steps with curl. */
export async function explore(hour: Hour): Promise<void> {
  const explorer = await openExplorer(`${hour.demo.url}/graphql`);
  await explorer.page.selectOption('#persona', 'viewer@northwind.example');
  await chooseTab(explorer.page, 'RefusedAndWhy');
  await explorer.page.click('.graphiql-execute-button');
  await explorer.page.getByText('4 refused fields').waitFor();
  await explorer.close();

  const access = await openAccess(`${hour.demo.url}/access`);
  await access.page.selectOption('#persona', 'viewer@northwind.example');
  await access.page.getByRole('button', { name: 'Explain' }).click();
  await access.page.locator('#explanation dt').first().waitFor();
  await access.close();

  for (const name of ['public', 'viewer', 'rename', 'sign-up']) {
    const { data, errors } = JSON.parse(await hour.run(FIRST_STEPS, name));
    if (!data || errors) throw new Error(`${FIRST_STEPS}, ${name}: ${JSON.stringify(errors)}`);
  }
  const { errors } = JSON.parse(await hour.run(FIRST_STEPS, 'refused'));
  if (errors[0].extensions.because !== 'ROLE') throw new Error('The refused field does not say why.');
}
