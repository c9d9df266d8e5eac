import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
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

  test('a subscription, and the state at its start', async () => {
    type Page = { load(): Promise<void>; update(change: { membership: { roles: string[] } }): void };
    const { follow } = await recipe<{ follow(client: Client, page: Page, signal: AbortSignal): Promise<void> }>('client-subscribe');
    const home = await trade.home();
    const member = await trade.join(home, ['viewer']);
    const { token, tenant } = home.owner;
    const leaving = new AbortController();
    const seen: unknown[] = [];
    const following = follow(
      new Client({ url: `${trade.gateway.url}/graphql`, token, tenant }),
      { load: async () => void seen.push('loaded'), update: change => void seen.push(change.membership.roles) },
      leaving.signal,
    ).catch(reason => reason);
    await expect.poll(() => seen).toEqual(['loaded']);
    await trade.must(home.owner, 'setMemberRoles', { membershipId: member.membershipId, roles: ['OPERATOR'] });
    await expect.poll(() => seen).toEqual(['loaded', ['OPERATOR']]);
    leaving.abort(new Error('left'));
    expect((await following).message).toBe('left');
  });

  test('a receiver of webhooks', async () => {
    const handled: unknown[] = [];
    type Recipe = { receiver(secret: string, handle: (id: string, payload: unknown) => Promise<void>): Server };
    const { receiver } = await recipe<Recipe>('client-webhook');
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const server = receiver(secret, async (...message) => void handled.push(message));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const send = (body: string, signed = body) => {
      const signature = new Webhook(secret).sign('event-1', new Date(), signed);
      const headers = {
        'webhook-id': 'event-1',
        'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
        'webhook-signature': signature,
      };
      return fetch(url, { method: 'POST', headers, body });
    };
    expect((await send('{"type":"tenant.suspended"}')).status).toBe(204);
    expect((await send('{"type":"tenant.resumed"}', '{}')).status).toBe(400);
    expect(handled).toEqual([['event-1', { type: 'tenant.suspended' }]]);
    server.close();
  });
});
