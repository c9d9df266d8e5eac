import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../support/tenant-actors.ts';
import { type Deal, rowIn, useTrade } from '../../support/trade.ts';

const trade = useTrade();
let deal: Deal;
let usageRecordId: string;
let link: string;
beforeEach(async () => {
  deal = await trade.deal({ price: '2.5', currency: 'EUR' });
  const { retrieval } = (await trade.retrieve(deal.buyer.owner, deal)).payload;
  [usageRecordId, link] = [retrieval.usageRecordId, retrieval.downloadLink];
});

const renew = (who = deal.buyer.owner) => trade.run(who, 'renewDownloadLink', { usageRecordId });
const charges = async () => (await trade.database.sql('SELECT FROM charge WHERE tenant_id = $1', [deal.buyer.tenant.id])).length;

describe('renewDownloadLink', () => {
  test('M3: gives a paid retrieval a new link for a day, without another charge', async () => {
    const { clock } = trade.gateway;
    for (const minutes of [16, 23 * 60]) {
      clock.advance({ minutes });
      const { payload, errors } = await renew();
      expect(errors).toEqual([]);
      expect(payload.expiresAt).toBe(new Date(clock.now().getTime() + 15 * 60_000).toISOString());
      // Of the same object; the link is valid, though the objects of this test have no bytes.
      expect(new URL(payload.downloadLink).pathname).toBe(new URL(link).pathname);
      expect([(await fetch(payload.downloadLink)).status, (await fetch(link)).status]).toEqual([404, 403]);
    }
    expect(await charges()).toBe(1);
    clock.advance({ minutes: 44 });
    expect((await renew()).errors.map(({ message }) => message)).toEqual([
      'A new link is available for 24 hours after the retrieval. Retrieve the object again.',
    ]);
    expect(await charges()).toBe(1);
  });

  test("T4: another tenant's retrieval and a missing one are NOT_FOUND", async () => {
    const other = await trade.deal();
    expect((await renew(other.buyer.owner)).code).toBe('NOT_FOUND');
    expect((await renew(deal.provider.owner)).code).toBe('NOT_FOUND');
    for (const id of [rowIn(usageRecordId), randomUUID()]) {
      usageRecordId = globalId('UsageRecord', other.buyer.tenant.id, id);
      expect((await renew(other.buyer.owner)).code).toBe('NOT_FOUND');
    }
  });

  test('S2: needs a provider that sells; an ended entitlement and a removed object do not matter', async () => {
    await trade.must(deal.buyer.owner, 'endEntitlement', { entitlementId: deal.entitlementId });
    await trade.database.sql("UPDATE listing SET status = 'withdrawn' WHERE tenant_id = $1", [deal.provider.tenant.id]);
    await trade.database.sql('DELETE FROM data_object WHERE tenant_id = $1', [deal.provider.tenant.id]);
    expect((await renew()).errors).toEqual([]);
    await trade.database.sql('DELETE FROM stale_object WHERE tenant_id = $1', [deal.provider.tenant.id]);
    expect((await renew()).code).toBe('NOT_FOUND');
    await trade.make.setStatus(deal.provider.tenant, 'suspended');
    expect((await renew()).code).toBe('PROVIDER_UNAVAILABLE');
  });
});
