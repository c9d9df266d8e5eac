import pg from 'pg';
import { releaseDeadWorkers } from '../database/queries/jobs.ts';

/**
 * Tells other workers that the queue runners of this one live, by advisory locks of one connection,
 * which PostgreSQL releases when the process is gone. `releaseDeadWorkers` asks for them.
 */
export type Liveness = {
  /** Says that a runner lives, by the id under which it locks jobs. */
  hold(id: string): Promise<void>;
  /** Resolves when the connection is gone, and with it the locks. */
  readonly lost: Promise<void>;
  end(): Promise<void>;
};

/** Opens the connection, and releases the jobs of workers that were killed. */
export async function openLiveness(url: string): Promise<Liveness> {
  const client = new pg.Client({ connectionString: url, application_name: 'ipto-worker', keepAlive: true });
  const lost = new Promise<void>(resolve => {
    client.on('error', () => resolve()).on('end', () => resolve());
  });
  await client.connect();
  await releaseDeadWorkers(async <Row>(text: string, values: readonly unknown[]) => (await client.query(text, [...values])).rows as Row[]);
  return {
    lost,
    hold: async id => void (await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [id])),
    end: () => client.end(),
  };
}
