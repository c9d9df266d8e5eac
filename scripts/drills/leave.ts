import pg from 'pg';
import { runDrill } from './frame.ts';
import { openInstallation } from './production/open.ts';
import { metric, openSocket, type RawClient, requestOf, until } from './production/sockets.ts';

/**
 * `tsx scripts/drills/leave.ts --rounds CLIENTS`: clients leave while PostgreSQL works for them. A
 * statement that has its connection alone is gone within a second; one that shares it, within the
 * time limit of statements. Everybody else is served afterwards.
 */
const STATEMENT_TIMEOUT_S = 20;
const SHARED = 'query Shared { tenant { datasets(first: 5) { edges { node { name } } } } }';
/** A search has its connection alone. */
const ALONE = '{ marketplace { search(first: 3, query: "rows") { edges { node { title } } } } }';

await runDrill(
  'leave',
  async frame => {
    const { rounds: clients, fault } = frame;
    const { database, installation, tenants } = await openInstallation(frame, 40);
    const role = new URL(database.runtimeUrl).username;
    await database.sql(`ALTER ROLE ${role} SET statement_timeout = '${STATEMENT_TIMEOUT_S}s'; ALTER ROLE ${role} SET lock_timeout = '60s'`);
    const gateway = await installation.gateway();
    const blocked = async () =>
      (
        await database.sql<{ count: number }>(
          `SELECT count(*)::int AS count FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'ipto-gateway' AND wait_event_type = 'Lock'`,
        )
      )[0]!.count;
    const serves = async () => {
      const client = await openSocket(gateway.url);
      client.socket.write(requestOf(tenants[0]!, SHARED));
      const isServed = await until(() => client.received().includes('first'));
      client.socket.destroy();
      return isServed;
    };
    /** Has clients leave while their statements wait for a lock; how long those went on, ms. */
    const leave = async (document: string, table: string, count: number): Promise<number> => {
      const locker = new pg.Client({ connectionString: database.adminUrl });
      locker.on('error', () => {}); // the database ends first, if the drill fails
      await locker.connect();
      await locker.query(`BEGIN; LOCK TABLE ${table}`);
      const open: RawClient[] = [];
      for (let number = 0; number < count; number += 1) {
        const client = await openSocket(gateway.url);
        client.socket.write(requestOf(tenants[number % tenants.length]!, document));
        open.push(client);
      }
      const isTaken = async () => (await metric(gateway, 'ipto_requests_in_progress')) >= count * 0.9 && (await blocked()) > 1;
      if (!(await until(isTaken, 15_000)))
        fault(
          `of ${count} clients, ${await metric(gateway, 'ipto_requests_in_progress')} were served at once, by ${await blocked()} statements`,
        );
      for (const { socket } of open) socket.destroy();
      const since = performance.now();
      if (!(await until(async () => (await blocked()) === 0, 60_000))) fault('statements go on for a minute');
      const took = performance.now() - since;
      await locker.end();
      if (!(await serves())) fault('it does not serve afterwards');
      return took;
    };
    if (!(await serves())) fault('it does not serve');
    const half = Math.ceil(clients / 2);
    const aloneMs = await leave(ALONE, 'market_index', half);
    if (aloneMs > 1_000) fault(`statements that were alone went on for ${aloneMs} ms`);
    const sharedMs = await leave(SHARED, 'dataset', clients - half);
    if (sharedMs > STATEMENT_TIMEOUT_S * 1_000 + 1_000) fault(`pipelined statements went on for ${sharedMs} ms`);
    return `${clients} clients left: alone ${(aloneMs / 1_000).toFixed(2)} s, pipelined ${(sharedMs / 1_000).toFixed(2)} s (limit ${STATEMENT_TIMEOUT_S} s)`;
  },
  { rounds: 1_000, limit: [180, 0.2] },
);
