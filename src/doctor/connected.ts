import pg from 'pg';
import { isUnreachable, type Query } from '../database/index.ts';
import { type Finding, reason, unchecked, wrong } from './finding.ts';

/** How long a connection or a statement may take, ms. */
const WAIT_MS = 5_000;

/** Runs checks on a connection of their own, or says why there is none. */
export async function connected(
  check: string,
  url: string,
  run: (client: pg.Client) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: WAIT_MS,
    query_timeout: WAIT_MS,
    application_name: 'ipto-doctor',
  });
  client.on('error', () => {}); // the running statement throws
  try {
    await client.connect();
    return await run(client);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.severity === 'FATAL')
      return [
        wrong(
          check,
          `refuses the connection: ${reason(error)}`,
          'correct user, password and database in the URL; `ipto role password` sets a new password',
        ),
      ];
    const where = new URL(url).host;
    return [
      unchecked(
        check,
        isUnreachable(error) ? `${where} is unreachable: ${reason(error)}` : reason(error),
        'correct the URL, or let this machine reach it',
      ),
    ];
  } finally {
    await client.end().catch(() => {});
  }
}

export const queryOf =
  (client: pg.Client): Query =>
  async <Row>(text: string, values: readonly unknown[]) =>
    (await client.query(text, [...values])).rows as Row[];
