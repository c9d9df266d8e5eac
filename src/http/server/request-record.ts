import type { Grant } from '../../access/grant.ts';
import { Caller, isOverTime, type StatementObserver } from '../../database/index.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';

/** An error of a response, as the client sees it. */
type ShownError = { readonly extensions: Readonly<Record<string, unknown>> };

/** How an operation was executed. */
export type Execution = 'optimistic' | 'confirmed' | 'yoga';

/** The spans of one request, which are sent elsewhere when it ends. */
export type RequestTrace = StatementObserver & {
  /** Runs the handling of the request, so that requests of ours elsewhere belong to it. */
  run<T>(handle: () => T): T;
  end(record: RequestRecord, response: RequestEnd): void;
};

/** The HTTP side of a request that is over. */
export type RequestEnd = {
  readonly method: string;
  readonly path: string;
  readonly requestId: string;
  /** Null: the client left. */
  readonly status: number | null;
  readonly endedAt: number;
};

const NO_ERRORS: readonly ShownError[] = [];

/** Codes of one request that are logged. */
const MAX_CODES = 10;

/**
 * What is noted of a request while it is handled, for its log line, the metrics and its spans.
 * Plain fields: nothing is computed before the request has ended.
 */
export class RequestRecord implements StatementObserver {
  readonly startedAt = performance.now();
  readonly caller = new Caller();
  /** Whether the request is for GraphQL, and how its operation was executed. */
  isOperation = false;
  execution: Execution | null = null;
  operation: PreparedOperation | null = null;
  /** Whether the document was registered in advance. */
  document: 'trusted' | 'other' = 'other';
  grant: Grant | null = null;
  /**
   * When the body was read; when the operation was found in the caches, or not; when the caller was
   * known. 0 before.
   */
  readAt = 0;
  preparedAt = 0;
  authorizedAt = 0;
  /** The errors of the response's fields. The last execution counts. */
  errors: readonly ShownError[] = NO_ERRORS;
  /** Why the whole request was refused, and the points that it asked for, if that was for cost. */
  refusal: { readonly code: string; readonly because?: unknown; readonly requested?: unknown } | null = null;
  /** Cost points; null where nobody counts them. */
  charged: number | null = null;
  statements = 0;
  databaseMs = 0;
  /** Null unless the request is traced. */
  trace: RequestTrace | null = null;

  read(): void {
    this.readAt = performance.now();
  }

  prepared(operation: PreparedOperation | null): void {
    this.operation = operation;
    this.preparedAt = performance.now();
  }

  authorized(grant: Grant): void {
    this.grant = grant;
    this.authorizedAt = performance.now();
  }

  noteErrors(errors: readonly ShownError[]): void {
    this.errors = errors;
  }

  /** Adds the points of an event that was sent, if anybody counts them. */
  addCharge(points: number | null): void {
    if (points !== null) this.charged = (this.charged ?? 0) + points;
  }

  /** Whether an error is due to the client, who left: its statement was canceled, or not sent. */
  isOfLeaving(error: unknown): boolean {
    return this.caller.hasLeft && isOverTime(error);
  }

  /** Forgets the errors of an execution whose result isn't used. */
  forgetErrors(): void {
    this.errors = NO_ERRORS;
  }

  statement(text: string, sentAt: number, endedAt: number, error: Error | null): void {
    this.statements += 1;
    this.databaseMs += endedAt - sentAt;
    this.trace?.statement(text, sentAt, endedAt, error);
  }

  /** The codes of the response's errors, each once. */
  codes(): readonly string[] {
    if (this.refusal) return [this.refusal.code];
    if (this.errors === NO_ERRORS) return [];
    const codes = new Set<string>();
    let last: unknown;
    for (const { extensions } of this.errors) {
      if (extensions === last) continue;
      last = extensions;
      codes.add(String(extensions.code));
      if (codes.size === MAX_CODES) break;
    }
    return [...codes];
  }
}
