import { OBSTACLES } from '../../access/grant.ts';
import { isPermission } from '../../access/policy.ts';
import { Histogram } from '../../counters/histogram.ts';
import { LabelCounts } from '../../counters/label-counts.ts';
import { ERRORS, isErrorCode } from '../../domain/core/errors.ts';
import type { RequestEnd, RequestRecord } from './request-record.ts';

export const OPERATION_TYPES = ['query', 'mutation', 'subscription', 'none'] as const;
type OperationType = (typeof OPERATION_TYPES)[number];

/** The paths that are counted apart; all others are `other`. */
const ROUTES: ReadonlyMap<string, string> = new Map([
  ['/graphql', 'graphql'],
  ['/audit/export', 'audit_export'],
  ['/person/export', 'person_export'],
  ['/schema.graphql', 'schema'],
  ['/livez', 'livez'],
  ['/readyz', 'readyz'],
]);

const STATUSES = ['', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** The label of a path. */
export const routeOf = (path: string): string => ROUTES.get(path) ?? (path.startsWith('/objects/') ? 'objects' : 'other');

/** What is counted of requests, for as long as the process runs. No label is a client's text. */
export class RequestCounts {
  inProgress = 0;
  /** Responses, by route and class of status. */
  readonly responses = new LabelCounts();
  /** GraphQL requests, by type of operation, kind of document, and code. */
  readonly operations = new LabelCounts();
  readonly durations: Readonly<Record<OperationType, Histogram>> = {
    ...{ query: new Histogram(), mutation: new Histogram(), subscription: new Histogram(), none: new Histogram() },
  };
  /** Executed operations, by how. */
  readonly executions = new LabelCounts();
  /** Refused fields and requests, by permission and obstacle. */
  readonly refusals = new LabelCounts();
  /** Cost points. */
  charged = 0;
  readonly refusedCost = new LabelCounts();

  began(): void {
    this.inProgress += 1;
  }

  ended(record: RequestRecord, { path, status, endedAt }: RequestEnd): void {
    this.inProgress -= 1;
    this.responses.add(1, routeOf(path), status === null ? 'closed' : STATUSES[Math.floor(status / 100)]!);
    if (!record.isOperation) return;
    const type = record.operation?.operation.operation ?? 'none';
    this.operations.add(1, type, record.document, codeOf(record, status));
    this.durations[type].observeMs(endedAt - record.startedAt);
    if (record.execution) this.executions.add(1, record.execution);
    if (record.charged) this.charged += record.charged;
    if (record.refusal) this.#refused(record.refusal);
    else if (record.errors.length) this.#refusedFields(record.errors);
  }

  #refused({ code, because, requested }: NonNullable<RequestRecord['refusal']>): void {
    if (because !== undefined) this.#refusal(1, { because });
    if (typeof requested === 'number') this.refusedCost.add(requested, labelOf(code));
  }

  /** The errors of many fields share their extensions. */
  #refusedFields(errors: RequestRecord['errors']): void {
    const counts = new Map<RequestRecord['errors'][number]['extensions'], number>();
    for (const { extensions } of errors) if (extensions.because !== undefined) counts.set(extensions, (counts.get(extensions) ?? 0) + 1);
    for (const [extensions, count] of counts) this.#refusal(count, extensions);
  }

  #refusal(count: number, { permission, because }: { readonly permission?: unknown; readonly because?: unknown }): void {
    const name = typeof permission === 'string' && isPermission(permission) ? permission : 'any';
    this.refusals.add(count, name, OBSTACLES.find(obstacle => obstacle === because) ?? 'OTHER');
  }
}

/**
 * The one code that a request is counted under: a fault of ours if there is one, else the first;
 * OK if no field failed, CLIENT_LEFT if nobody got the response.
 */
function codeOf(record: RequestRecord, status: number | null): string {
  if (status === null) return 'CLIENT_LEFT';
  if (!record.refusal && !record.errors.length) return 'OK';
  const codes = record.codes().map(labelOf);
  return codes.find(code => isErrorCode(code) && (ERRORS[code].status ?? 0) >= 500) ?? codes[0]!;
}

const labelOf = (code: string): string => (isErrorCode(code) ? code : 'OTHER');
