import { type Fault, newestMigration } from './fault.ts';

const METRICS = ['test/observe/gateway-metrics'];
const TRACES = ['test/observe/traces'];
const CANARIES = ['test/observe/canaries'];
const LOG = ['test/observe/access-log'];
const WORKER = ['test/observe/worker'];
const PORT = ['test/observe/port'];

/** Faults of what gateway and worker tell of themselves. */
export const OBSERVE_FAULTS: readonly Fault[] = [
  // what no log line, label or span may have
  {
    file: 'src/http/server/request-counts.ts',
    find: "ROUTES.get(path) ?? (path.startsWith('/objects/') ? 'objects' : 'other')",
    plant: 'ROUTES.get(path) ?? path',
    tests: METRICS,
    short: true,
  },
  {
    file: 'src/http/server/request-counts.ts',
    find: 'this.operations.add(1, type,',
    plant: 'this.operations.add(1, record.operation?.operation.name?.value ?? type,',
    tests: METRICS,
  },
  {
    file: 'src/http/server/request-counts.ts',
    find: "const type = record.operation?.operation.operation ?? 'none';",
    plant:
      "const type = record.operation?.operation.operation ?? 'none';\n    this.refusedCost.add(1, record.grant?.tenantAccess?.tenantId ?? 'none');",
    tests: METRICS,
  },
  {
    file: 'src/http/server/request-end.ts',
    find: 'path: pathOf(request.url!),',
    plant: 'path: request.url!,',
    tests: [...CANARIES, ...LOG],
    short: true,
  },
  { file: 'src/http/server/request-end.ts', find: 'path: path.slice(0, MAX_TEXT),', plant: 'path,', tests: LOG },
  { file: 'src/http/server/request-end.ts', find: '.slice(0, MAX_NAME)', plant: '', tests: LOG },
  {
    file: 'src/http/server/log.ts',
    find: "const VALUES = ['detail', ",
    plant: 'const VALUES = [',
    tests: [...CANARIES, 'test/http/server/log'],
  },
  { file: 'src/http/server/log.ts', find: "code.startsWith('22')", plant: 'false', tests: ['test/http/server/log'] },
  {
    file: 'src/observe/tracing/request-spans.ts',
    find: ".replace(/'(?:[^']|'')*'/g, '?')",
    plant: '',
    tests: TRACES,
    short: true,
  },
  {
    file: 'src/jobs/observed.ts',
    find: 'log.info({ tenantId, outcome,',
    plant: 'log.info({ to: message.to, tenantId, outcome,',
    tests: WORKER,
    short: true,
  },
  // what must be counted, and once
  { file: 'src/http/graphql/execute.ts', find: '\n  served.record.forgetErrors();\n', plant: '\n', tests: METRICS },
  { file: 'src/http/graphql/errors.ts', find: '  served.record.noteErrors(shown);\n', plant: '', tests: METRICS },
  {
    file: 'src/executor/response-writer.ts',
    find: '  if (errors.length) execution.notes?.noteErrors(errors);\n',
    plant: '',
    tests: METRICS,
  },
  { file: 'src/http/graphql/yoga.ts', find: "  record.execution = 'yoga';\n", plant: '', tests: METRICS },
  { file: 'src/http/server/request-counts.ts', find: '(counts.get(extensions) ?? 0) + 1', plant: '1', tests: METRICS },
  { file: 'src/http/budget/payment.ts', find: '    this.charged = charged;\n', plant: '', tests: METRICS },
  { file: 'src/database/driver/pool.ts', find: 'let at = first.length; at', plant: 'let at = 0; at', tests: [...TRACES, ...METRICS] },
  { file: 'src/database/driver/statistics.ts', find: 'if (error) this.failedStatements += 1;', plant: '', tests: METRICS },
  { file: 'src/database/driver/base-pool.ts', find: '      this.statistics.poolWaits.observe(0);\n', plant: '', tests: METRICS },
  { file: 'src/http/graphql/handler.ts', find: 'options.database.observedBy(record)', plant: 'options.database', tests: LOG },
  { file: 'src/counters/histogram.ts', find: 'value > bounds[at]!', plant: 'value >= bounds[at]!', tests: ['test/counters/counters'] },
  // the port, the steps and the sampler
  { file: 'src/observe/readiness.ts', find: 'ok || !required', plant: 'ok', tests: PORT },
  { file: 'src/observe/readiness.ts', find: 'ok || !required', plant: 'true', tests: PORT, short: true },
  { file: 'src/config-observe.ts', find: 'Number(METRICS_PORT) === Number(PORT)', plant: 'false', tests: ['test/config'] },
  { file: 'src/observe/tracing/tracing.ts', find: 'new ParentBasedSampler({ root:', plant: 'Object({ root:', tests: TRACES },
  { file: 'src/observe/tracing/tracing.ts', find: "headers.set('traceparent',", plant: "headers.set('x-traceparent',", tests: TRACES },
  { file: 'src/observe/tracing/tracing.ts', find: 'within(STOP_MS, provider.shutdown())', plant: 'Promise.resolve()', tests: TRACES },
  {
    file: newestMigration('FUNCTION crossing_event_backlog'),
    find: ' AND b.number < d.number)) AS due_at',
    plant: ' AND false)) AS due_at',
    tests: WORKER,
  },
  {
    file: newestMigration('FUNCTION crossing_event_backlog'),
    find: ' AND coalesce(w.paused_until <= moment, true)',
    plant: '',
    tests: WORKER,
  },
  {
    file: newestMigration('FUNCTION crossing_mail_backlog'),
    find: 'i.given_up_at IS NULL AND i.expires_at > moment',
    plant: 'i.expires_at > moment',
    tests: WORKER,
  },
];
