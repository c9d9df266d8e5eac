import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ipto, services } from '../../scripts/production/compose.ts';
import { migrationConfig, productionConfig, workerConfig } from '../../src/config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const dockerfile = readFileSync(`${ROOT}Dockerfile`, 'utf8');
const CONFIG = { start: productionConfig, worker: workerConfig, migrate: migrationConfig };

describe('compose.yaml', () => {
  test('has two gateways, a worker and a migration, and what they need', () => {
    expect(ipto.map(({ name, command }) => `${name}: ${command}`)).toEqual([
      ...['migrate: migrate', 'gateway-1: start', 'gateway-2: start', 'worker: worker'],
    ]);
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['issuer', 'database', 'standby', 'pgbouncer', 'redis', 'mail']));
  });

  test.each(ipto.map(service => [service.name, service] as const))(
    'gives %s the settings that it needs, and none that do not exist',
    (_, { command, environment }) => {
      const config = CONFIG[command as keyof typeof CONFIG](environment);
      expect(Object.keys(environment).filter(name => !(name in config))).toEqual([]);
    },
  );

  test('publishes the ports on which the gateways listen, to this machine alone', () => {
    const ports = ipto.filter(({ command }) => command === 'start').map(({ environment }) => environment.PORT);
    expect(services.issuer!.ports).toEqual(expect.arrayContaining(ports.map(port => `127.0.0.1:${port}:${port}`)));
    const metrics = ipto.flatMap(({ environment }) => environment.METRICS_PORT ?? []);
    expect(metrics).toEqual(['9464', '9465', '9466']);
    expect(services.issuer!.ports).toContain(`127.0.0.1:${metrics[0]}-${metrics[2]}:${metrics[0]}-${metrics[2]}`);
    for (const { ports: published = [] } of Object.values(services)) for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('runs each process of ours with a read-only root, without capabilities, on the shared network', () => {
    for (const { name } of ipto)
      expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'], network_mode: 'service:issuer', build: '.' });
  });

  test('waits only for services that exist', () => {
    for (const { depends_on = {} } of Object.values(services))
      for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name);
  });
});

describe('the Dockerfile', () => {
  test('copies files and runs scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    const run = [...dockerfile.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name!);
    expect(run).toEqual(['build', 'assemble']);
    for (const name of run) expect(scripts).toHaveProperty([name]);
    for (const [, file] of dockerfile.matchAll(/^COPY (package\.json) (package-lock\.json)/gm)) expect(existsSync(ROOT + file)).toBe(true);
  });

  test('ends as an ordinary user, with the command line as entry point', () => {
    const [, last = ''] = dockerfile.split(/^FROM .+\n(?=ENV)/m);
    expect(last).toMatch(/\nUSER node\n/);
    expect(last.slice(last.indexOf('USER node'))).not.toMatch(/^(USER root|RUN)/m);
    expect(last).toContain('ENTRYPOINT ["ipto"]\nCMD ["start"]');
    expect(last).not.toMatch(/npm/);
  });

  test('starts from an installed Node that the gateway supports', () => {
    expect(dockerfile.match(/^FROM .+/gm)).toEqual(['FROM node:24-slim AS build', 'FROM node:24-slim']);
  });

  test('.dockerignore keeps out what the build makes itself, and secrets of a demo', () => {
    const ignored = readFileSync(`${ROOT}.dockerignore`, 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.ipto', 'dist', 'node_modules', 'src/generated']));
    for (const needed of ['src', 'scripts', 'prisma', 'tsconfig.json', 'LICENSE']) expect(ignored).not.toContain(needed);
  });
});
