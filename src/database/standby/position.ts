import type { Query } from '../driver/query.ts';

/**
 * A position in a primary's write-ahead log. Whatever was visible on the primary when it was read
 * was committed before it.
 */
export type WalPosition = {
  /** The database system: a standby has its primary's. */
  readonly system: string;
  /** The history of the log, which a failover forks. */
  readonly timeline: number;
  readonly lsn: string;
};

/**
 * The end of the log, written or not: with `synchronous_commit = off` a commit is visible before it
 * is flushed.
 */
const POSITION = `SELECT system_identifier::text AS system, ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int AS timeline, lsn::text AS lsn
  FROM pg_control_system(), pg_current_wal_insert_lsn() AS lsn`;

/** Reads the position of a primary. A standby refuses it. */
export const walPosition = async (query: Query): Promise<WalPosition> => (await query<WalPosition>(POSITION, []))[0]!;

/** What a server says of itself and a position, before the snapshot that is read in. */
export type Progress = {
  readonly isStandby: boolean;
  /** Whether it is of the position's system, and has followed its timeline. */
  readonly isSameHistory: boolean;
  /** Whether it has replayed all that is before the position. */
  readonly isReached: boolean;
  /** The process that answers: {@link BACKEND}. */
  readonly backend: string;
};

/** Names the server's process, so that a pooler's change of servers is noticed. */
export const BACKEND = "SELECT pg_backend_pid() || ' ' || pg_postmaster_start_time() AS backend";

/**
 * Compares a standby's progress with a position. The timeline is that of the last restart point or
 * of the last pages written, whichever is newer: it may lag behind the timeline that is replayed,
 * for which the standby is skipped, but is never ahead of it. A standby that has more of an old
 * timeline than the new one continues from can't follow, so it never has the new timeline.
 */
export const PROGRESS = `SELECT pg_is_in_recovery() AS "isStandby",
  (SELECT system_identifier::text = $1 FROM pg_control_system())
    AND (SELECT greatest(c.timeline_id, r.min_recovery_end_timeline) = $2::int FROM pg_control_checkpoint() c, pg_control_recovery() r) AS "isSameHistory",
  coalesce(pg_last_wal_replay_lsn() >= $3::pg_lsn, false) AS "isReached", (${BACKEND})`;

export const progressValues = ({ system, timeline, lsn }: WalPosition): readonly unknown[] => [system, timeline, lsn];
