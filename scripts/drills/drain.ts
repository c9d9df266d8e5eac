import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runDrill } from './frame.ts';
import { openInstallation } from './production/open.ts';
import { metric, openSocket, requestOf, until } from './production/sockets.ts';

/**
 * `tsx scripts/drills/drain.ts --rounds N`: sends SIGTERM to a gateway with requests in flight,
 * idle
 * connections, and clients that send slowly. Every request in flight gets its response, and the
 * process ends within ten seconds.
 */
const EACH = 50;
const ENDED_WITHIN_MS = 10_000;
const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { __typename } }';

await runDrill('drain', async frame => {
  const { rounds, fault } = frame;
  const { database, installation, tenants } = await openInstallation(frame, 25);
  let slowest = 0;
  for (let round = 0; round < rounds; round += 1) {
    const gateway = await installation.gateway();
    const open = (count: number) => Promise.all(Array.from({ length: count }, () => openSocket(gateway.url)));
    const locker = new pg.Client({ connectionString: database.adminUrl });
    locker.on('error', () => {}); // the database ends first, if the drill fails
    await locker.connect();
    await locker.query('BEGIN; SELECT FROM tenant FOR UPDATE');
    const [idle, slow, inFlight] = [await open(EACH), await open(EACH), await open(EACH)];
    for (const { socket } of idle.slice(EACH / 2)) socket.write('GET /livez HTTP/1.1\r\nhost: gateway\r\n\r\n');
    // half of them stop in the head, half in the body
    for (const [at, { socket }] of slow.entries()) {
      const request = requestOf(tenants[0]!, RENAME, { name: 'never' });
      socket.write(request.slice(0, at % 2 ? 60 : -10));
    }
    for (const [at, { socket }] of inFlight.entries())
      socket.write(requestOf(tenants[at % tenants.length]!, RENAME, { name: randomUUID() }));
    const underWay = EACH + EACH / 2;
    if (!(await until(async () => (await metric(gateway, 'ipto_requests_in_progress')) >= underWay))) fault('the requests were not taken');
    const since = performance.now();
    const ending = gateway.end('SIGTERM');
    if (!(await until(async () => !(await openSocket(gateway.url)).socket.writable))) fault('it listens after SIGTERM');
    await sleep(200);
    await locker.query('ROLLBACK');
    await locker.end();
    const code = await ending;
    const took = performance.now() - since;
    slowest = Math.max(slowest, took);
    if (code !== 0) fault(`it ended with ${code}`);
    if (took > ENDED_WITHIN_MS) fault(`it ended after ${took} ms`);
    const lost = inFlight.filter(client => !/^HTTP\/1\.1 200[\s\S]*"renameTenant":\{/.test(client.received()));
    for (const client of lost) fault(`a request in flight got ${JSON.stringify(client.received().slice(0, 300))}`);
    await Promise.all([...idle, ...slow, ...inFlight].map(({ closed }) => closed));
  }
  return `${rounds * EACH} requests in flight, ended within ${(slowest / 1_000).toFixed(1)} s`;
});
