import type { Connection } from '../../src/database/driver/connection.ts';
import type { ConnectionPool } from '../../src/database/driver/pool.ts';

type Emitter = { on(event: string, listener: () => void): void };

/** Counts how often PostgreSQL becomes ready again on a pool's connections. */
export function countRoundTrips(pool: ConnectionPool) {
  const trips = { count: 0 };
  const counted = new Set<Connection>();
  const acquire = pool.acquire.bind(pool);
  pool.acquire = async () => {
    const connection = await acquire();
    if (!counted.has(connection)) {
      counted.add(connection);
      (connection as unknown as { connection: Emitter }).connection.on('readyForQuery', () => {
        trips.count += 1;
      });
    }
    return connection;
  };
  return trips;
}
