import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { LRUCache } from 'lru-cache';
import { routeOf } from '../../http/server/request-counts.ts';
import { nameOf } from '../../http/server/request-end.ts';
import type { RequestEnd, RequestRecord, RequestTrace } from '../../http/server/request-record.ts';

/** Spans are named as the semantic conventions 1.37 do for HTTP, GraphQL and PostgreSQL. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** The spans of one sampled request. No variable, header or text of a client is among them. */
export class RequestSpans implements RequestTrace {
  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
    /** The request's span as the parent of others. */
    readonly context: Context,
    private readonly enter: <T>(context: Context, work: () => T) => T,
    /**
     * The zero of `performance.now()`, ms since 1970: one for the whole request. OpenTelemetry
     * takes one for each span, rounded to a millisecond, so a span could begin before its parent.
     */
    private readonly origin: number,
  ) {}

  run<T>(handle: () => T): T {
    return this.enter(this.context, handle);
  }

  statement(text: string, sentAt: number, endedAt: number, error: Error | null): void {
    const { operation, query } = describe(text);
    const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation, 'db.query.text': query };
    const span = this.tracer.startSpan(operation, { kind: SpanKind.CLIENT, startTime: this.origin + sentAt, attributes }, this.context);
    if (error) {
      const { code = error.name } = error as { code?: string };
      span.setAttributes({ 'db.response.status_code': code, 'error.type': code }).setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end(this.origin + endedAt);
  }

  end(record: RequestRecord, { method, path, requestId, status, endedAt }: RequestEnd): void {
    this.#step('prepare', record.readAt, record.preparedAt);
    this.#step('authorize', record.preparedAt, record.authorizedAt);
    const { operation, grant, execution, charged } = record;
    const name = nameOf(record);
    const codes = record.codes();
    const httpMethod = METHODS.has(method) ? method : '_OTHER';
    const route = routeOf(path);
    this.span.updateName(`${httpMethod} ${route}`).setAttributes({
      'http.request.method': httpMethod,
      'http.route': route,
      'url.scheme': 'http',
      ...(status !== null && { 'http.response.status_code': status }),
      ...(operation && { 'graphql.operation.type': operation.operation.operation }),
      ...(name !== null && { 'graphql.operation.name': name }),
      ...(grant && { 'ipto.principal.kind': grant.principal.kind }),
      ...(grant?.tenantAccess && { 'ipto.tenant.id': grant.tenantAccess.tenantId }),
      ...(execution && { 'ipto.execution': execution }),
      ...(charged !== null && { 'ipto.cost.charged': charged }),
      ...(codes.length && { 'ipto.error.codes': [...codes] }),
      'ipto.request.id': requestId,
    });
    const isFault = (status ?? 0) >= 500 || codes.includes('INTERNAL_SERVER_ERROR') || codes.includes('UNAVAILABLE');
    if (isFault) this.span.setAttribute('error.type', codes[0] ?? String(status)).setStatus({ code: SpanStatusCode.ERROR });
    this.span.end(this.origin + endedAt);
  }

  #step(name: string, from: number, to: number): void {
    if (from && to >= from) this.tracer.startSpan(name, { startTime: this.origin + from }, this.context).end(this.origin + to);
  }
}

type Description = { readonly operation: string; readonly query: string };

/** Letters of a statement's text in its span. */
const MAX_TEXT = 2_000;

/** Key: the statement's text. */
const described = new LRUCache<string, Description>({ max: 500 });

/**
 * A statement's first word, and its text without quoted parts: values are parameters, but the keys
 * of a response, which the client chooses, are written into it.
 */
function describe(text: string): Description {
  const cached = described.get(text);
  if (cached) return cached;
  const description = {
    operation: /\b(SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i.exec(text)?.[0].toUpperCase() ?? 'OTHER',
    query: text.replace(/'(?:[^']|'')*'/g, '?').slice(0, MAX_TEXT),
  };
  described.set(text, description);
  return description;
}
