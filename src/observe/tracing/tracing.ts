import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { type Context, DiagLogLevel, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { RequestObservers } from '../../http/server/request-end.ts';
import type { RequestRecord } from '../../http/server/request-record.ts';
import type { JobSpans } from '../../jobs/observed.ts';
import { within } from '../within.ts';
import { jobSpans } from './job-spans.ts';
import { RequestSpans } from './request-spans.ts';
import type { TraceSettings } from './settings.ts';

export type Tracing = {
  readonly startTrace: NonNullable<RequestObservers['startTrace']>;
  /** `fetch` with a span of its own, and `traceparent`, where a traced request asks. */
  readonly fetch: typeof fetch;
  readonly jobs: JobSpans;
  /** Sends what is left. */
  stop(): Promise<void>;
};

/** How long a stop waits for the collector, ms. */
const STOP_MS = 3_000;
/** The shortest time between two log lines about the collector, ms. */
const QUIET_MS = 60_000;

/**
 * Opens tracing. This file and what it imports are loaded only if tracing is set up, so that a
 * gateway without it pays nothing. Headers, time-out and certificate of the collector, and the
 * attributes of the resource, are read by OpenTelemetry itself (`OTEL_EXPORTER_OTLP_*`,
 * `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`).
 */
export function openTracing({ endpoint, sampler, ratio }: TraceSettings, log: Logger, service = 'ipto-gateway'): Tracing {
  const report = reportFailures(log);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    sampler: remoteOnly(samplerOf(sampler, ratio)),
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': service }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer(service);
  const rootShare = sampler.endsWith('always_on') ? 1 : sampler.endsWith('always_off') ? 0 : ratio;
  const active = new AsyncLocalStorage<Context>();
  const enter = <T>(context: Context, work: () => T): T => active.run(context, work);

  return {
    startTrace: (request: IncomingMessage, { startedAt }: RequestRecord) => {
      const parent = parentOf(request.headers.traceparent);
      if (parent === ROOT_CONTEXT && Math.random() >= rootShare) return null;
      const origin = Date.now() - performance.now();
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER, startTime: origin + startedAt }, parent);
      return span.isRecording() ? new RequestSpans(tracer, span, trace.setSpan(parent, span), enter, origin) : null;
    },
    fetch: async (input, options) => {
      const parent = active.getStore();
      if (!parent) return await fetch(input, options);
      const { host } = new URL(String(input));
      const attributes = { 'http.request.method': 'GET', 'server.address': host };
      const span = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes }, parent);
      const { traceId, spanId } = span.spanContext();
      const headers = new Headers(options?.headers);
      headers.set('traceparent', `00-${traceId}-${spanId}-01`);
      try {
        const response = await fetch(input, { ...options, headers });
        span.setAttribute('http.response.status_code', response.status);
        return response;
      } catch (error) {
        span.setAttribute('error.type', (error as Error).name).setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
    jobs: jobSpans({ tracer, active: () => active.getStore(), enter, isSampled: () => Math.random() < rootShare }),
    stop: () => within(STOP_MS, provider.shutdown()).catch(report),
  };
}

/**
 * The caller's span (W3C Trace Context). Its `tracestate` and its baggage are dropped: they are a
 * stranger's texts.
 */
function parentOf(traceparent: string | string[] | undefined): Context {
  const parent = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  if (!parent) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: parent.traceFlags & TraceFlags.SAMPLED, isRemote: true });
}

/**
 * Asks a sampler about requests with a trace of their caller's alone. For others the share is drawn
 * before a span is made, which would cost more than all else that a request is observed with; and
 * what is inside of a sampled request is sampled.
 */
const remoteOnly = (sampler: Sampler): Sampler => ({
  shouldSample: (context, ...rest) =>
    trace.getSpanContext(context)?.isRemote ? sampler.shouldSample(context, ...rest) : { decision: SamplingDecision.RECORD_AND_SAMPLED },
  toString: () => sampler.toString(),
});

function samplerOf(name: TraceSettings['sampler'], ratio: number): Sampler {
  if (name.startsWith('parentbased_'))
    return new ParentBasedSampler({ root: samplerOf(name.slice('parentbased_'.length) as TraceSettings['sampler'], ratio) });
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}

/** Logs, once a minute at most, that the collector doesn't take the spans, which are dropped. */
function reportFailures(log: Logger): (error: unknown) => void {
  let quietUntil = 0;
  const report = (error: unknown) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + QUIET_MS;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ reason }, 'spans could not be sent to OTEL_EXPORTER_OTLP_ENDPOINT');
  };
  setGlobalErrorHandler(report);
  const ignore = () => {};
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return report;
}
