import { describe, expect, test } from 'vitest';
import { commandsIn, hasCurl } from '../support/commands.ts';
import { useTour } from '../support/tour.ts';

const COMMANDS = commandsIn('docs/tour-marketplace.md');
const PRICE = { amount: '0.75', currency: 'EUR' };

describe.skipIf(!hasCurl && !process.env.CI)('the commands of the marketplace tour work as printed, except for port and folder', () => {
  const run = useTour(COMMANDS);
  const json = async (name: string) => JSON.parse(await run(name));

  test('the page has exactly these commands', () => {
    expect([...COMMANDS.keys()]).toEqual([
      ...['helpers', 'dataset', 'announce', 'upload', 'draft', 'publish', 'search', 'acquire', 'key', 'retrieve', 'download'],
      ...['bought', 'sold', 'suspend', 'gone', 'unavailable', 'resume', 'back'],
    ]);
  });

  test('M1, M2, M3, M5, S2: list, find, acquire, retrieve, see both sides; and the provider is suspended and resumed', async () => {
    await run('helpers');
    await json('dataset');
    expect((await json('announce')).errors).toBeUndefined();
    const stored = { name: 'bikes.csv', size: '76', storedAt: expect.any(String) };
    expect(await json('upload')).toEqual({ data: { completeObject: { object: stored } } });
    expect(await json('draft')).toMatchObject({ data: { draftListing: { listing: { status: 'DRAFT' } } } });
    expect(await json('publish')).toEqual({ data: { publishListing: { listing: { status: 'PUBLISHED' } } } });

    const listed = { title: 'Shared bikes by the hour', provider: 'Northwind Traders', price: PRICE };
    expect(await json('search')).toMatchObject({ data: { marketplace: { search: { totalCount: 1, edges: [{ node: listed }] } } } });
    const objects = { edges: [{ node: { name: 'bikes.csv', size: '76' } }] };
    const entitlement = { price: PRICE, availability: 'AVAILABLE', objects };
    expect(await json('acquire')).toMatchObject({ data: { acquireEntitlement: { entitlement } } });

    expect((await json('key')).data.createApiKey.secret).toMatch(/^ipto_/);
    const first = await json('retrieve');
    expect(first).toMatchObject({ data: { retrieveObject: { retrieval: { name: 'bikes.csv', charge: PRICE } } } });
    expect(await json('retrieve')).toEqual(first);
    expect(await run('download')).toBe('city,hour_utc,bikes\nOslo,2026-01-15T08:00Z,412\nLisbon,2026-01-15T08:00Z,655\n');

    const { usage, charges } = (await json('bought')).data.tenant;
    expect(usage.byKey).toContainEqual({ name: 'Bike import', count: 1 });
    expect(charges.edges).toEqual([
      { node: { title: 'Shared bikes by the hour', provider: 'Northwind Traders', amount: { amount: '0.75', currency: 'EUR' } } },
    ]);
    const { earnings, analytics } = (await json('sold')).data.tenant;
    expect(earnings.edges).toEqual([{ node: { title: 'Shared bikes by the hour', amount: PRICE } }]);
    expect(analytics.byDataset).toContainEqual({ title: 'Shared bikes by the hour', retrievals: 1 });

    expect(await json('suspend')).toEqual({ data: { staffSuspendTenant: { tenant: { status: 'SUSPENDED' } } } });
    expect(await json('gone')).toEqual({ data: { marketplace: { search: { totalCount: 0 } } } });
    expect(await json('unavailable')).toMatchObject({ errors: [{ extensions: { code: 'PROVIDER_UNAVAILABLE' } }] });
    expect(await json('resume')).toEqual({ data: { staffResumeTenant: { tenant: { status: 'ACTIVE' } } } });
    expect(await json('back')).toEqual({ data: { retrieveObject: { retrieval: { name: 'bikes.csv', charge: PRICE } } } });
  });
});
