/** The samplers of the OpenTelemetry specification (`OTEL_TRACES_SAMPLER`). */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Where spans go, and of which requests. */
export type TraceSettings = {
  /** The collector's address; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  readonly sampler: (typeof SAMPLERS)[number];
  /** The share of requests for `traceidratio`, from 0 to 1. */
  readonly ratio: number;
};
