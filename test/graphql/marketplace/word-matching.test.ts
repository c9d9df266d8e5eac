import { describe, expect, test } from 'vitest';
import { useMarket } from './market.ts';

const market = useMarket();
const seller = market.provider;

describe('M2, X3: a listing is found', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly string[]]>([
    ['prices.csv',                ['prices', 'csv', 'price', 'prices.csv', 'CSV', '"prices.csv"']],
    ['COVID-19 cases',            ['covid 19', 'covid', '19', 'covid-19', 'COVID19 or covid', '"covid 19"']],
    ['Model-123',                 ['123', 'model', 'model-123', 'MODEL 12']],
    ['Who is who',                ['who', 'is', 'who is who', '"who is who"']],
    ['snake_case_name v2/final',  ['case', 'name', 'final', 'v2', 'snake_case']],
    ['Wetterdaten für Köln',      ['koln', 'köln', 'KÖLN', 'Ko\u0308ln', 'fur', 'wetter']],
    ['Straßenverkehr in Łódź',    ['strasse', 'straße', 'STRASSEN', 'lodz', 'łódź']],
    ['Cafe\u0301s and Ærø',       ['café', 'cafes', 'aero', 'ærø']],
    ['ΟΔΟΣ Αθηνών',               ['οδος', 'οδοσ', 'αθηνων']],
    ['Погода в Києві',            ['погода', 'ПОГОДА', 'києв']],
    ['東京の気象データ',             ['データ', '気象', '東京', '気象データ', '東京の気象データ', '"気象"', '東京 データ']],
    ['全球氣候資料 2026',           ['氣候', '資料', '2026', '全球']],
    ['ข้อมูลสภาพอากาศ',              ['อากาศ', 'สภาพอากาศ', 'ข้อมูล']],
    ['서울 날씨 자료',              ['서울', '날씨', '날']],
    ['الطقس، اليوم',              ['الطقس', 'اليوم']],
    ['मौसम डेटा',                  ['मौसम', 'डेटा']],
    ['Soft\u00adware o’clock',    ['software', 'clock', 'soft']],
    ['Full-width ＡＢＣ１２３',      ['abc123', 'ＡＢＣ', 'abc']],
  ])('under %s by any of its words, or the beginning of a word', async (title, queries) => {
    const { tenant } = await seller();
    const { id } = await market.listing(tenant, { title, summary: '', tags: [] });
    for (const query of queries) expect(await market.titles({ query }), query).toContain(title);
    await market.database.sql('DELETE FROM market_index WHERE listing_id = $1', [id]);
  });

  test('by its tags and its summary as by its title', async () => {
    const { tenant } = await seller();
    await market.listing(tenant, { title: 'Untitled', summary: 'Zählung der Fahrräder', tags: ['rad-verkehr'] });
    for (const query of ['zahlung', 'fahr', 'verkehr', 'rad verkehr untitled'])
      expect(await market.titles({ query }), query).toEqual(['Untitled']);
  });
});

describe('M2, X3: a listing is not found', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly string[]]>([
    ['Hourly tides',    ['ides', 'tidesx', 'hourly -tides', '"tides hourly"', '-hourly', 'daily']],
    ['天気予報の一覧',    ['天報', '気天', '天気予報の一覧表', '一覧 -予報']],
  ])('under %s by anything else', async (title, queries) => {
    const { tenant } = await seller();
    await market.listing(tenant, { title, summary: '', tags: [] });
    for (const query of queries) expect(await market.titles({ query }), query).not.toContain(title);
  });

  test.each(['!!!', '- - -', '-'.repeat(200), '"', '""', '&|!():*', "'\\", '<->', ' or ', 'or or', '…', '、。'])(
    'by %j, which contains no word',
    async query => {
      expect(await market.titles({ query })).toEqual([]);
    },
  );
});
