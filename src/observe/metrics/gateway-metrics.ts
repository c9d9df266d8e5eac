import type { Registry } from 'prom-client';
import type { ExecutionCounts } from '../../executor/executor.ts';
import type { KeyReads } from '../../http/auth/key-reads.ts';
import type { RequestCounts } from '../../http/server/request-counts.ts';
import { counter, counters, gauge, histograms, labelCounters } from './metric.ts';

/** What a gateway counts. */
export type GatewayCounts = {
  readonly requests: RequestCounts;
  readonly plans: () => ExecutionCounts;
  readonly keyReads: KeyReads;
};

/** The metrics of requests. No label is a tenant, a person or a text from a client. */
export function addGatewayMetrics(registry: Registry, { requests, plans, keyReads }: GatewayCounts): void {
  gauge(registry, { name: 'ipto_requests_in_progress', help: 'HTTP requests that are being handled.' }, () => requests.inProgress);
  labelCounters(
    registry,
    ['route', 'status'],
    { name: 'ipto_responses_total', help: 'HTTP responses, by route and class of status; closed: the client left.' },
    requests.responses,
  );
  labelCounters(
    registry,
    ['type', 'document', 'code'],
    {
      name: 'ipto_operations_total',
      help: 'GraphQL requests, by type of operation, trusted document or other, and code (docs/errors.md).',
    },
    requests.operations,
  );
  histograms(
    registry,
    { name: 'ipto_operation_duration_seconds', help: 'GraphQL requests, from head to last byte, by type of operation.' },
    () => Object.entries(requests.durations).map(([type, histogram]) => ({ labels: { type }, histogram })),
  );
  labelCounters(
    registry,
    ['permission', 'because'],
    { name: 'ipto_refusals_total', help: 'Refused fields and requests, by permission and obstacle.' },
    requests.refusals,
  );
  counter(registry, { name: 'ipto_cost_charged_points_total', help: 'Cost points that operations were charged.' }, () => requests.charged);
  labelCounters(
    registry,
    ['code'],
    { name: 'ipto_cost_refused_points_total', help: 'Cost points of operations that were refused for their cost, by code.' },
    requests.refusedCost,
  );
  labelCounters(
    registry,
    ['way'],
    { name: 'ipto_executions_total', help: 'Executed operations: under an optimistic or a confirmed context, or by yoga.' },
    requests.executions,
  );
  counter(registry, { name: 'ipto_query_plans_answered_total', help: 'Operations that a query plan answered.' }, () => plans().answered);
  counters(
    registry,
    'reason',
    { name: 'ipto_fallbacks_total', help: 'Operations that a query plan left to GraphQL.js, by reason; unexpected is a bug.' },
    () => {
      const { answered: _, ...reasons } = plans();
      return reasons;
    },
  );
  counters(registry, 'outcome', { name: 'ipto_jwks_fetches_total', help: "Requests for the issuer's keys and their address." }, () => ({
    ok: keyReads.ok,
    failed: keyReads.failed,
  }));
}
