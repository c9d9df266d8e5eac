import pg from 'pg';
import { expect, test } from 'vitest';
import { scrape, valueIn } from '../../observe/scrape.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { waitUntil } from '../../support/wait.ts';

const POOL = 5;
const database = useDatabase();
const gateway = useGateway(database, { poolSize: POOL, metrics: { host: '127.0.0.1', port: 0 } });
const make = fixtures(database);

async function tenant(name: string) {
  const owner = await make.person(name);
  const { id, slug } = await make.tenant(name.toLowerCase(), owner);
  const token = await gateway.tokenOf(owner);
  return { id, ask: (query: string) => gateway.ask(query, { token, tenant: slug }) };
}
const rename = (name: string) => `mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`;
const waiting = async () => valueIn(await scrape(gateway.metricsUrl), 'ipto_queue_waiting');

test('G7: a tenant whose statements hang holds up itself alone: others read and write, and what waits too much is refused', async () => {
  const [flood, other] = await Promise.all([tenant('Flood'), tenant('Other')]);
  for (const { ask } of [flood, other]) await ask(rename('Before'));
  const client = new pg.Client(database.adminUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM tenant WHERE tenant_id = $1 FOR UPDATE', [flood.id]);
  // 8 requests for each connection; one tenant has half of them executed, and 32 for each wait.
  const asked = Array.from({ length: POOL * (4 + 32) + 7 }, (_, at) => flood.ask(rename(`Flood ${at}`)));
  const answers = asked.map(answer => answer.then(({ status }) => status));
  try {
    await waitUntil(async () => (await waiting()) === POOL * 32, 100);
    expect((await other.ask('{ tenant { name } }')).data).toEqual({ tenant: { name: 'Before' } });
    expect((await other.ask(rename('Other'))).data.renameTenant.tenant.name).toBe('Other');
    expect(await waiting()).toBe(POOL * 32);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
  const statuses = await Promise.all(answers);
  expect([statuses.filter(status => status === 200).length, statuses.filter(status => status === 503).length]).toEqual([POOL * 36, 7]);
  const refused = (await Promise.all(asked)).find(({ status }) => status === 503)!;
  expect([refused.headers.get('retry-after'), refused.errors[0]!.extensions.code]).toEqual(['1', 'OVERLOADED']);
  expect(await waiting()).toBe(0);
});
