import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { waitUntil } from '../../support/wait.ts';
import { type Served, serve } from './serve.ts';

const database = useDatabase();
let gateway: Served;
let token: string;
beforeAll(async () => {
  gateway = await serve({ databaseUrl: database.runtimeUrl, stopDelay: 2_000, metrics: { host: '127.0.0.1', port: 0 } });
  const { person, tenant } = fixtures(database);
  const ann = await person('Ann');
  await tenant('north', ann);
  token = await gateway.tokens.sign({ sub: ann.subject });
});
afterAll(() => gateway?.stop());

test('a stop serves on until balancers have noticed, of which both ports tell', async () => {
  const ready = async () => {
    const answers = await Promise.all([gateway.url, gateway.metricsUrl].map(url => fetch(`${url}/readyz`).catch(() => null)));
    return answers.map(answer => answer?.status);
  };
  expect(await ready()).toEqual([200, 200]);
  const since = performance.now();
  const stopping = gateway.stop();
  const [whole, states] = await Promise.all([gateway.ask('{ tenant { slug } }', { token }), ready()]);
  expect({ data: whole.data, connection: whole.headers.get('connection'), states }).toEqual({
    ...{ data: { tenant: { slug: 'north' } }, connection: 'close', states: [503, 503] },
  });
  await stopping;
  expect(performance.now() - since).toBeGreaterThan(1_990);
  await waitUntil(async () => (await ready()).every(status => status === undefined));
});
