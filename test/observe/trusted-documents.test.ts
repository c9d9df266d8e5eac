import { expect, test } from 'vitest';
import { useServer } from '../http/server/serve.ts';
import { useDatabase } from '../support/database.ts';
import { hashOf, idOf } from '../support/documents.ts';
import { ANY_PORT, scrape, valueIn } from './scrape.ts';

const PLANS = 'query Plans { plans { code } }';
const gateway = useServer(useDatabase(), { metrics: ANY_PORT, trust: { mode: 'off', documents: new Map([[hashOf(PLANS), PLANS]]) } });

const send = async (body: object) =>
  (
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  ).text();

test('G9: a document that is sent by its hash is counted and logged as trusted, one that is not found as another', async () => {
  for (let times = 0; times < 3; times += 1) await send({ documentId: idOf(PLANS) });
  await send({ query: PLANS });
  await send({ documentId: idOf('{ other }') });
  const series = await scrape(gateway.metricsUrl);
  const count = (document: string, code: string) => valueIn(series, 'ipto_operations_total', { document, code });
  expect([count('trusted', 'OK'), count('other', 'OK'), count('other', 'DOCUMENT_NOT_FOUND')]).toEqual([3, 1, 1]);
  expect(gateway.lines().flatMap(({ msg, document }) => (msg === 'request' ? [document] : []))).toEqual([
    ...['trusted', 'trusted', 'trusted', 'other', 'other'],
  ]);
});
