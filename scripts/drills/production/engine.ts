import pg from 'pg';
import type { EmbeddedDatabase } from '../../../src/demo/postgres/embedded.ts';

export type Primary = { readonly url: string; readonly directory: string };

/** A PostgreSQL that drills start, and how a standby of it is made. */
export type Engine = {
  /** Starts it in a folder, whose data it makes at first. */
  start(options: { readonly directory: string; readonly port?: number }): Promise<EmbeddedDatabase>;
  /** Copies a running server to a folder, to be started there as a standby that has a slot. */
  copy(primary: Primary, directory: string, name: string): Promise<void>;
};

/** Does work with a connection of its own to a server. */
export async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return await work(client).finally(() => client.end());
}
