import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openDatabase } from '../../src/database/index.ts';
import { ERRORS } from '../../src/domain/core/errors.ts';
import { REASONS } from '../../src/executor/unsupported.ts';
import { JobCounts } from '../../src/jobs/job-counts.ts';
import { observeWorker } from '../../src/observe/observe.ts';
import { ANY_PORT } from '../observe/scrape.ts';
import { useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = (name: string) => readFileSync(ROOT + name, 'utf8');

type Alert = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
};
const alerts: readonly Alert[] = parse(text('deploy/prometheus/alerts.yaml')).groups.flatMap(({ rules }: { rules: Alert[] }) => rules);
type Panel = {
  readonly title: string;
  readonly gridPos: object;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
};
const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(text('deploy/grafana/ipto-gateway.json'));

const EXPRESSIONS = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** The metrics of an expression, each with the matchers of its labels. */
const metricsIn = (expr: string) =>
  [...expr.matchAll(/\b((?:ipto|nodejs|process)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name, matchers]) => ({
    name: name!,
    matchers: matchers ?? '',
  }));
const matchersIn = (matchers: string) =>
  [...matchers.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)].map(([, label, value]) => ({ label: label!, values: value!.split('|') }));

const database = useDatabase();
const gateway = useGateway(database, { metrics: ANY_PORT });
let scraped: string;
/** The labels of each metric that a gateway and a worker serve. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  ipto_operations_total: ['type', 'document', 'code'],
  ipto_operation_duration_seconds: ['type', 'le'],
  ipto_refusals_total: ['permission', 'because'],
  ipto_cost_refused_points_total: ['code'],
  ipto_executions_total: ['way'],
  ipto_budget_leases_total: ['outcome'],
  ipto_fallbacks_total: ['reason'],
  ipto_reads_total: ['outcome'],
  ipto_standby_reads_total: ['outcome'],
  ipto_responses_total: ['route', 'status'],
  ipto_pool_connections: ['state'],
  ipto_pipelines: ['what'],
  ipto_jwks_fetches_total: ['outcome'],
  ipto_jobs_total: ['task', 'outcome'],
  ipto_mails_total: ['outcome'],
  ipto_streams: ['state'],
  ipto_webhook_deliveries_total: ['outcome', 'failure'],
};
const VALUES: Readonly<Record<string, readonly string[]>> = {
  code: ['OK', 'CLIENT_LEFT', 'OTHER', ...Object.keys(ERRORS)],
  type: ['query', 'mutation', 'subscription', 'none'],
  reason: ['unexpected', ...REASONS],
  outcome: ['ok', 'failed', 'sent', 'refused', 'unexpected', 'done'],
  job: ['ipto-gateway'],
};

beforeAll(async () => {
  await gateway.ask('{ plans { code } }');
  await gateway.ask('mutation { renameTenant(input: { name: "x" }) { __typename } }');
  const jobs = openDatabase(database.runtimeUrl);
  const worker = await observeWorker({ address: ANY_PORT, database: jobs, counts: { jobs: new JobCounts(), clock: gateway.clock } });
  const read = async (url: string | null) => await (await fetch(`${url}/metrics`)).text();
  scraped = (await read(gateway.metricsUrl)) + (await read(worker.url));
  await worker.stop();
  await jobs.close();
});

const served = () =>
  new Set(
    [...scraped.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? ['bucket', 'sum', 'count'].map(part => `${name}_${part}`) : [name!],
    ),
  );

describe('the dashboard and the alert rules', () => {
  test.each(EXPRESSIONS)('%s names metrics, labels and values that exist', (_, expr) => {
    const metrics = metricsIn(expr);
    expect(metrics.length).toBeGreaterThan(0);
    expect(metrics.filter(({ name }) => name !== 'up' && !served().has(name)).map(({ name }) => name)).toEqual([]);
    for (const { name, matchers } of metrics)
      for (const { label, values } of matchersIn(matchers)) {
        if (name !== 'up') expect(LABELS[name.replace(/_(bucket|sum|count)$/, '')]).toContain(label);
        expect(values.filter(value => !VALUES[label]?.includes(value))).toEqual([]);
      }
    for (const [, labels] of expr.matchAll(/\bby \(([^)]*)\)/g))
      for (const label of labels!.split(', '))
        if (label !== 'le' && label !== 'instance')
          expect(metrics.some(({ name }) => LABELS[name.replace(/_(bucket|sum|count)$/, '')]?.includes(label))).toBe(true);
  });

  test('the labels that they rely on are those that are served', () => {
    const names = (name: string) => {
      const [, labels = ''] = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(scraped) ?? [];
      return [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label);
    };
    for (const name of [
      'ipto_operations_total',
      'ipto_operation_duration_seconds',
      'ipto_refusals_total',
      'ipto_fallbacks_total',
      'ipto_reads_total',
      'ipto_responses_total',
      'ipto_pool_connections',
    ])
      expect([name, [...names(name)].sort()]).toEqual([name, [...LABELS[name]!].sort()]);
  });

  test('show every metric of ours, none of them twice at one place', () => {
    const shown = new Set(
      dashboard.panels.flatMap(({ targets }) =>
        targets.flatMap(({ expr }) => metricsIn(expr).map(({ name }) => name.replace(/_(bucket|sum|count)$/, ''))),
      ),
    );
    const ours = [...scraped.matchAll(/^# TYPE (ipto_\w+) /gm)].map(([, name]) => name!);
    expect([...new Set(ours)].filter(name => !shown.has(name))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ gridPos }) => JSON.stringify(gridPos))).size).toBe(dashboard.panels.length);
  });

  test('lead to a symptom of docs/operations.md, and say how urgent it is', () => {
    const anchors = [...text('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s+/g, '-'),
    );
    for (const { alert, labels, annotations } of alerts) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect([alert, anchors]).toEqual([alert, expect.arrayContaining([annotations.runbook.replace('docs/operations.md#', '')])]);
      expect(annotations.summary).toMatch(/\.$/);
      expect(text('docs/operations.md')).toContain(alert);
    }
  });
});
