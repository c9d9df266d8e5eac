import { beforeAll, describe, expect, test } from 'vitest';
import { type Deal, rowIn, useTrade } from '../support/trade.ts';
import { run } from './command.ts';

const trade = useTrade();
let deal: Deal;
/** The retrievals, in the order in which they happened. */
const ids: string[] = [];
beforeAll(async () => {
  deal = await trade.deal({ price: '0.1', currency: 'EUR' });
  const yen = await trade.stock(deal.provider, { price: '7', currency: 'JPY' });
  const entitlementId = await trade.acquire(deal.buyer.owner, yen);
  const second = { entitlementId, objectId: yen.objects[0]!.id };
  for (const wanted of [deal, deal, deal, second])
    ids.push(rowIn((await trade.retrieve(deal.buyer.owner, wanted)).payload.retrieval.usageRecordId));
});

const verify = (args: readonly string[] = [], url = trade.database.runtimeUrl) =>
  run(['billing', 'verify', ...args], { DATABASE_URL: url });
const behindItsBack = (sql: string) => trade.database.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
const TOTALS = 'EUR: 3 charges of 0.3, 3 earnings of 0.3\nJPY: 1 charge of 7, 1 earning of 7\n';

describe('M3: ipto billing verify', () => {
  test('reports that the records agree, for each currency, and exits with 0', async () => {
    expect(await verify()).toEqual({ code: 0, out: `${TOTALS}All charges and earnings agree.\n`, err: '' });
  });

  test('prints JSON for a program', async () => {
    const { code, out } = await verify(['--json']);
    const { totals, ...rest } = JSON.parse(out);
    expect({ code, ...rest }).toEqual({ code: 0, exitCode: 0, faults: [] });
    expect(totals).toMatchObject([
      { currency: 'EUR', charges: 3, earnings: 3 },
      { currency: 'JPY', charges: 1, earnings: 1 },
    ]);
    expect(totals.map(({ charged }: { charged: string }) => Number(charged))).toEqual([0.3, 7]);
  });

  const EUR = 'EUR: 3 charges of 0.3, 3 earnings of 0.3';
  const JPY = 'JPY: 1 charge of 7, 1 earning of 7';
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string, string, number]>([
    ['an amount that was changed', "UPDATE earning SET amount = 0.2 WHERE retrieval_ref = retrieval_ref('ID')",              `EUR: 3 charges of 0.3, 3 earnings of 0.4\n${JPY}`, 'charge and earning differ in amount', 0],
    ['a currency that was changed', "UPDATE charge SET currency = 'USD' WHERE id = 'ID'",          `EUR: 2 charges of 0.2, 3 earnings of 0.3\n${JPY}\nUSD: 1 charge of 0.1, 0 earnings of 0`, 'charge and earning differ in currency', 0],
    ['an earning that is missing', "DELETE FROM earning WHERE retrieval_ref = retrieval_ref('ID')",                          `EUR: 3 charges of 0.3, 2 earnings of 0.2\n${JPY}`, 'it was charged, but nobody earned it', 1],
    ['a charge that is missing',   "DELETE FROM charge WHERE id = 'ID'",                           `EUR: 2 charges of 0.2, 3 earnings of 0.3\n${JPY}`, 'it was not charged', 1],
    ['a usage record that is missing', "DELETE FROM usage_record WHERE id = 'ID'",                 `${EUR}\n${JPY}`, 'it was charged, but has no usage record', 2],
    ['only the usage record left', "DELETE FROM charge WHERE id = 'ID'; DELETE FROM earning WHERE retrieval_ref = retrieval_ref('ID')", `${EUR}\nJPY: 0 charges of 0, 0 earnings of 0`, 'it was not charged', 3],
    ['another buyer',              "UPDATE earning SET buyer_ref = sha256('x') WHERE retrieval_ref = retrieval_ref('ID')",   `${EUR}\n${JPY}`, 'charge or earning belongs to another tenant than its usage record says', 1],
    ['another provider',           "UPDATE charge SET provider_ref = sha256('x') WHERE id = 'ID'", `${EUR}\n${JPY}`, 'charge or earning belongs to another tenant than its usage record says', 1],
  ])('finds %s, names the retrieval, and exits with 1', async (_what, tamper, totals, told, which) => {
    const tables = ['usage_record', 'charge', 'earning'];
    await trade.database.sql(tables.map(table => `CREATE TABLE kept_${table} AS TABLE ${table}`).join(';'));
    await behindItsBack(tamper.replaceAll('ID', ids[which]!));
    const result = await verify();
    await behindItsBack(tables.map(table => `DELETE FROM ${table}; INSERT INTO ${table} TABLE kept_${table}; DROP TABLE kept_${table}`).join(';'));
    const expected = totals.replace('\nJPY: 0 charges of 0, 0 earnings of 0', '');
    expect(result).toEqual({ code: 1, out: `${expected}\n1 fault.\nretrieval ${ids[which]}: ${told}\n`, err: '' });
    expect(await verify()).toMatchObject({ code: 0 });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['without a URL',                  [],        {},                                                       /^DATABASE_URL is missing\. docs\/settings\.md describes them\.\n$/],
    ['when the server is unreachable', [],        { DATABASE_URL: 'postgresql://u:canary@127.0.0.1:1/db' }, /^Cannot reach the database: .*ECONNREFUSED.*\n$/],
    ['with an option',                 ['--all'], {},                                                       /^`billing verify` takes one option: --json\.\n$/],
  ])('%s exits with 2 and one sentence', async (_what, args, settings, sentence) => {
    const { code, out, err } = await run(['billing', 'verify', ...args], settings);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(sentence);
  });
});
