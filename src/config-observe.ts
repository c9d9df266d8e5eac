import * as z from 'zod';
import type { Environment } from './config-values.ts';
import type { MetricsAddress } from './observe/observe.ts';
import { SAMPLERS, type TraceSettings } from './observe/tracing/settings.ts';

const port = z.coerce.number({ error: 'a port' }).int('a port').min(0, 'a port').max(65_535, 'a port');

/** The port of metrics and checks. */
export const metrics = z.object({ METRICS_PORT: port.optional(), METRICS_HOST: z.string().default('127.0.0.1') });

/** The settings of traces, by the names that OpenTelemetry gives them. */
export const traces = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'an http:// or https:// URL' }).optional(),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS, { error: SAMPLERS.join(', ') }).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number({ error: 'from 0 to 1' }).min(0, 'from 0 to 1').max(1, 'from 0 to 1').default(1),
});

/** A port of its own: that of the public must not tell what this one tells. */
export const metricsFaults = ({ PORT = '4000', METRICS_PORT }: Environment): readonly string[] =>
  METRICS_PORT !== undefined && METRICS_PORT !== '0' && Number(METRICS_PORT) === Number(PORT)
    ? ['METRICS_PORT is wrong: a port other than PORT']
    : [];

/** Null: there are no metrics. */
export const metricsAddressOf = ({ METRICS_PORT, METRICS_HOST }: z.infer<typeof metrics>): MetricsAddress | null =>
  METRICS_PORT === undefined ? null : { host: METRICS_HOST, port: METRICS_PORT };

/** Null: nothing is traced. */
export const traceSettingsOf = (config: z.infer<typeof traces>): TraceSettings | null =>
  config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
    ? null
    : { endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, sampler: config.OTEL_TRACES_SAMPLER, ratio: config.OTEL_TRACES_SAMPLER_ARG };
