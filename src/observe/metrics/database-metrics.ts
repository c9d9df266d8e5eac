import type { Registry } from 'prom-client';
import type { Database } from '../../database/index.ts';
import { counter, counters, gauge, gauges, histogram } from './metric.ts';

/** The metrics of a process's connections to PostgreSQL, and of its statements. */
export function addDatabaseMetrics(registry: Registry, database: Pick<Database, 'statistics' | 'reads' | 'standbys'>): void {
  const { counts } = database.statistics();
  gauges(
    registry,
    'state',
    { name: 'ipto_pool_connections', help: 'Connections to PostgreSQL, in use (or being opened) and idle.' },
    () => {
      const { open, idle } = database.statistics().connections;
      return { in_use: open - idle, idle };
    },
  );
  gauge(
    registry,
    { name: 'ipto_pool_waiting', help: 'Requests and jobs that wait for a connection.' },
    () => database.statistics().connections.waiting,
  );
  histogram(
    registry,
    { name: 'ipto_pool_wait_seconds', help: 'How long a connection was waited for; 0 for one that was idle.' },
    counts.poolWaits,
  );
  counter(registry, { name: 'ipto_pool_failures_total', help: 'Waits that ended without a connection.' }, () => counts.failedWaits);
  gauges(registry, 'what', { name: 'ipto_pipelines', help: 'Connections that reads share now, and reads in flight on them.' }, () => ({
    ...database.statistics().pipelines,
  }));
  counter(
    registry,
    { name: 'ipto_pipelined_reads_total', help: 'Reads that were sent on a shared connection.' },
    () => counts.pipelinedReads,
  );
  histogram(
    registry,
    { name: 'ipto_statement_duration_seconds', help: 'Statements, from sending to the end of the result.' },
    counts.statements,
  );
  counter(registry, { name: 'ipto_statement_failures_total', help: 'Statements that failed.' }, () => counts.failedStatements);
  counters(
    registry,
    'outcome',
    { name: 'ipto_reads_total', help: 'Operations of a model: as one statement with rows or JSON, or left to Prisma, by reason.' },
    () => {
      const totals: Record<string, number> = {};
      for (const { outcome, count } of database.reads()) totals[outcome] = (totals[outcome] ?? 0) + count;
      return totals;
    },
  );
  counters(
    registry,
    'outcome',
    { name: 'ipto_standby_reads_total', help: 'Large reads: answered by a standby, or by the primary, by reason; none without standbys.' },
    () => ({ ...database.standbys?.counts }),
  );
}
