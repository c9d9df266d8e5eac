import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Client } from '../../../packages/client/src/index.ts';
import { useTrade } from '../../support/trade.ts';
import { useBuiltClient } from './built.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/clients.md');
const built = useBuiltClient();
const trade = useTrade();

/** A recipe of docs/clients.md, compiled and imported. */
async function recipe<Exports>(name: string): Promise<Exports> {
  const [, code = ''] = new RegExp(`<!-- test: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(await readFile(PAGE, 'utf8')) ?? [];
  const file = path.join(built.folder, `${name}.ts`);
  await writeFile(file, code);
  expect(await built.typeErrors([`${name}.ts`])).toBe('');
  return await import(file);
}

describe('the recipes of docs/clients.md with the client package', () => {
  test('data, and what was refused in them', async () => {
    type Recipe = { members(url: string, token: string, tenant: string): Promise<{ names: string[]; hints: string[] }> };
    const { members } = await recipe<Recipe>('client-request');
    const home = await trade.home();
    const viewer = await trade.join(home, ['viewer']);
    const result = await members(`${trade.gateway.url}/graphql`, viewer.token, home.tenant.slug);
    expect(result).toEqual({
      names: [home.owner.person.name, viewer.person.name],
      hints: ['Needs the role OWNER or ADMIN.'],
    });
  });

  test('a list, page by page', async () => {
    const { printCharges } = await recipe<{ printCharges(client: Client, print: (line: string) => void): Promise<void> }>('client-pages');
    const deal = await trade.deal({ title: 'Tides', price: '0.25' });
    for (let times = 0; times < 2; times += 1) await trade.retrieve(deal.buyer.owner, deal);
    const { token, tenant } = deal.buyer.owner;
    const lines: string[] = [];
    await printCharges(new Client({ url: `${trade.gateway.url}/graphql`, token, tenant }), line => lines.push(line));
    expect(lines).toEqual(['Tides: 0.25 EUR', 'Tides: 0.25 EUR']);
  });
});
