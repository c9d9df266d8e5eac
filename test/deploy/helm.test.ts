import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { migrationConfig, productionConfig, workerConfig } from '../../src/config.ts';
import { parse, render } from './template.ts';

const CHART = fileURLToPath(new URL('../../deploy/helm/', import.meta.url));
const text = (name: string) => readFileSync(CHART + name, 'utf8');
const values = parse(text('values.yaml'));

// biome-ignore lint/suspicious/noExplicitAny: a resource of Kubernetes, of any kind
type Resource = any;
const rendered = (given: object = values): Resource[] =>
  readdirSync(`${CHART}templates`).flatMap(name => render(text(`templates/${name}`), given));
const resources = rendered();
const found = (kind: string, name: string): Resource =>
  resources.find(({ kind: other, metadata }) => other === kind && metadata.name === `ipto-${name}`);

const WORKLOADS = [
  ['Deployment', 'gateway', ['start']],
  ['Deployment', 'worker', ['worker']],
  ['Job', 'migrate', ['migrate']],
] as const;
const DATABASE = { DATABASE_URL: 'postgresql://ipto_gateway:secret@db/ipto' };

/** The settings of a workload: its ConfigMap, and what its secret is documented to contain. */
const settings = (name: string, secret: object) => ({ ...found('ConfigMap', name)?.data, ...secret });

describe('the Helm chart', () => {
  test('has a resource for each part', () => {
    expect(resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      ...['ConfigMap ipto-gateway', 'ConfigMap ipto-worker', 'Deployment ipto-gateway', 'Deployment ipto-redis'],
      ...['Deployment ipto-worker', 'HorizontalPodAutoscaler ipto-gateway', 'Job ipto-migrate', 'NetworkPolicy ipto-redis'],
      ...['PodDisruptionBudget ipto-gateway', 'Service ipto-gateway', 'Service ipto-redis'],
    ]);
  });

  test.each(WORKLOADS)('%s %s runs its command, as an ordinary user, with a read-only root', (kind, name, args) => {
    const { spec } = found(kind, name).spec.template;
    const [container, ...others] = spec.containers;
    expect(others).toEqual([]);
    expect(container.args).toEqual(args);
    expect(container.image).toBe('registry.example.com/ipto-gateway:0.1.0');
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    const names = container.envFrom.map(({ configMapRef, secretRef }: Resource) => configMapRef?.name ?? secretRef.name);
    expect(names).toEqual([...(kind === 'Job' ? [] : [`ipto-${name}`]), values.secrets[name]]);
  });

  test.each([
    ['gateway', productionConfig, DATABASE],
    ['worker', workerConfig, { ...DATABASE, SMTP_URL: 'smtps://user:secret@mail.example.com' }],
    ['migrate', migrationConfig, { ...DATABASE, MIGRATE_DATABASE_URL: 'postgresql://postgres:secret@db/ipto' }],
  ] as const)('gives %s the settings that it needs, and none that do not exist', (name, config, secret) => {
    const given = settings(name, secret);
    expect(Object.keys(given).filter(key => !(key in config(given)))).toEqual([]);
  });

  test('gives no workload but the migration a connection that owns the tables', () => {
    for (const name of ['gateway', 'worker'])
      expect(found('Deployment', name).spec.template.spec.containers[0].envFrom).not.toContainEqual({
        secretRef: { name: 'ipto-migrate' },
      });
    expect(found('Job', 'migrate').metadata.annotations['helm.sh/hook']).toBe('pre-install,pre-upgrade');
  });

  test('sends traffic to the port on which the gateway listens, when it is ready', () => {
    const [gateway] = found('Deployment', 'gateway').spec.template.spec.containers;
    const { PORT, METRICS_PORT } = productionConfig(settings('gateway', DATABASE));
    expect(gateway.ports).toEqual([
      { name: 'http', containerPort: PORT },
      { name: 'metrics', containerPort: METRICS_PORT },
    ]);
    expect([gateway.livenessProbe.httpGet, gateway.readinessProbe.httpGet]).toEqual([
      { path: '/livez', port: 'http' },
      { path: '/readyz', port: 'http' },
    ]);
    expect(productionConfig(settings('gateway', DATABASE)).STOP_DELAY).toBe(5);
    expect(found('Service', 'gateway').spec.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
  });

  test('lets the pods alone be asked for metrics: no service leads to that port', () => {
    for (const name of ['gateway', 'worker']) {
      const { metadata, spec } = found('Deployment', name).spec.template;
      const { METRICS_PORT: port } = values.settings[name];
      expect(spec.containers[0].ports).toContainEqual({ name: 'metrics', containerPort: port });
      expect(metadata.annotations).toMatchObject({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) });
    }
    expect(JSON.stringify(resources.filter(({ kind }) => kind === 'Service'))).not.toContain('metrics');
  });

  test('selects the pods that it makes, two of them at least', () => {
    const { labels } = found('Deployment', 'gateway').spec.template.metadata;
    for (const selector of [
      found('Deployment', 'gateway').spec.selector.matchLabels,
      found('Service', 'gateway').spec.selector,
      found('PodDisruptionBudget', 'gateway').spec.selector.matchLabels,
    ])
      expect(selector).toEqual(labels);
    expect(found('Deployment', 'worker').spec.selector.matchLabels).not.toEqual(labels);
    expect(found('HorizontalPodAutoscaler', 'gateway').spec).toMatchObject({ minReplicas: 2, scaleTargetRef: { name: 'ipto-gateway' } });
    expect(found('Deployment', 'gateway').spec).not.toHaveProperty('replicas');
  });

  test('has a Redis that the gateways alone reach, or none', () => {
    const { labels } = found('Deployment', 'redis').spec.template.metadata;
    for (const selector of [found('Service', 'redis').spec.selector, found('NetworkPolicy', 'redis').spec.podSelector.matchLabels])
      expect(selector).toEqual(labels);
    expect(found('NetworkPolicy', 'redis').spec.ingress[0].from).toEqual([
      { podSelector: { matchLabels: found('Deployment', 'gateway').spec.template.metadata.labels } },
    ]);
    expect(new URL(productionConfig(settings('gateway', DATABASE)).REDIS_URL!).hostname).toBe(found('Service', 'redis').metadata.name);
    const without = rendered({ ...values, redis: { ...values.redis, enabled: false } });
    expect(JSON.stringify(without)).not.toMatch(/redis/i);
  });

  test('has a fixed number of replicas without autoscaling', () => {
    const fixed = rendered({ ...values, gateway: { ...values.gateway, autoscaling: { enabled: false } } });
    expect(fixed.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
    expect(fixed.find(({ kind }) => kind === 'Deployment')!.spec.replicas).toBe(2);
  });

  test('has the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(`${CHART}../../package.json`, 'utf8'));
    expect(parse(text('Chart.yaml'))).toMatchObject({ version, appVersion: version });
    expect(values.image.tag).toBe(version);
  });
});
