import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { JobSpans } from '../../jobs/observed.ts';

export type JobSpanOptions = {
  readonly tracer: Tracer;
  /** The span that work belongs to; undefined outside of any. */
  readonly active: () => Context | undefined;
  readonly enter: <T>(context: Context, work: () => T) => T;
  /** Whether a job is among those that are traced. */
  readonly isSampled: () => boolean;
};

/**
 * The spans of a worker: a job, and its deliveries below it. No URL and no payload is among them.
 */
export const jobSpans = ({ tracer, active, enter, isSampled }: JobSpanOptions): JobSpans => ({
  run: async (name, attributes, work) => {
    if (!isSampled()) return await work();
    const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER, attributes });
    try {
      return await enter(trace.setSpan(ROOT_CONTEXT, span), work);
    } catch (error) {
      span.setAttribute('error.type', (error as Error).name).setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  },
  part: (name, attributes, ms, failure) => {
    const parent = active();
    if (!parent) return;
    const now = performance.now();
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: now - ms, attributes }, parent);
    if (failure) span.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR });
    span.end(now);
  },
});
