import type pg from 'pg';
import { checkDatabase, UnsafeDatabaseError, type WalPosition, walPosition } from '../database/index.ts';
import { PROGRESS, type Progress, progressValues } from '../database/standby/position.ts';
import { connected, queryOf } from './connected.ts';
import { type Finding, type Group, ok, skipped, wrong } from './finding.ts';

const CHECK = 'standbys';

/** How much of the log a standby may lack, bytes: one file of it. */
const MAX_LAG = 16 * 1_024 ** 2;

/** Whether each standby follows the primary, as the gateway asks before it reads there. */
export const standbysGroup: Group = {
  name: CHECK,
  run: async ({ values: { DATABASE_URL: url, DATABASE_READ_URLS: standbys = [] } }) => {
    if (!url || standbys.length === 0) return [skipped(CHECK, "DATABASE_READ_URLS isn't set: all reads go to DATABASE_URL")];
    const found = await connected('primary of the standbys', url, async client => {
      const position = await walPosition(queryOf(client));
      const all = standbys.map(standby => connected(`standby ${new URL(standby).host}`, standby, follower(standby, position)));
      return (await Promise.all(all)).flat();
    });
    return found;
  },
};

const follower =
  (url: string, position: WalPosition) =>
  async (client: pg.Client): Promise<readonly Finding[]> => {
    const check = `standby ${new URL(url).host}`;
    const query = queryOf(client);
    const [progress] = await query<Progress>(PROGRESS, progressValues(position));
    if (!progress!.isStandby) return [wrong(check, 'is no standby', 'name servers that follow DATABASE_URL by streaming replication')];
    if (!progress!.isSameHistory)
      return [
        wrong(check, 'follows another primary, or an older timeline of this one', 'set it up anew from DATABASE_URL (pg_basebackup)'),
      ];
    try {
      await checkDatabase(query);
    } catch (error) {
      if (!(error instanceof UnsafeDatabaseError)) throw error;
      return [wrong(check, error.message, 'let it catch up, and name the same role as in DATABASE_URL')];
    }
    const [row] = await query<{ lag: number }>('SELECT greatest(pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn()), 0)::float8 AS lag', [
      position.lsn,
    ]);
    const behind = `${(row!.lag / 1_024 ** 2).toFixed(1)} MiB behind`;
    return row!.lag > MAX_LAG
      ? [
          wrong(
            check,
            `${behind}: reads stay on the primary`,
            'look at pg_stat_wal_receiver there, and at pg_stat_replication on the primary',
          ),
        ]
      : [ok(check, `follows the primary, ${behind}`)];
  };
