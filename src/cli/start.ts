import cluster from 'node:cluster';
import { defineCommand } from 'citty';
import type { Logger } from 'pino';
import { mayAllIntrospect } from '../access/introspection.ts';
import { WorkerProcess } from '../cluster/worker.ts';
import { fastPathOf, type ProductionConfig, productionConfig, serverLimitsOf } from '../config.ts';
import { budgetOf } from '../config-budget.ts';
import { settingsOf } from '../config-life.ts';
import { metricsAddressOf, traceSettingsOf } from '../config-observe.ts';
import { webhookSettingsOf } from '../config-webhook.ts';
import { migrate } from '../database/admin/migrate.ts';
import { systemClock } from '../domain/core/services.ts';
import { GRAPHQL } from '../http/gateway.ts';
import { readDocumentsFile } from '../http/graphql/documents-file.ts';
import { objectsRoute } from '../http/routes/objects.ts';
import { createPages } from '../http/routes/pages/pages.ts';
import { createLog } from '../http/server/log.ts';
import { startGateway } from '../main.ts';
import { orFail } from './fail.ts';
import { runtimeRole } from './runtime-role.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { openStore } from './store.ts';

/** `npm start`: serves in production. */
export const startCommand = defineCommand({
  meta: { name: 'start', description: 'Serve in production' },
  run: () => orFail(() => start(productionConfig())),
});

async function start(config: ProductionConfig) {
  const log = createLog(config.LOG_LEVEL);
  if (cluster.isWorker) return await serve(config, log.child({ worker: cluster.worker!.id }), new WorkerProcess());
  if (config.WORKERS === 1) return await serve(config, log, null);
  const { Primary } = await import('../cluster/primary.ts');
  const primary = new Primary({ log, workers: config.WORKERS, metrics: metricsAddressOf(config), stopsTogether: config.STOP_DELAY > 0 });
  stopOnSignal(
    () => primary.stop(),
    error => log.error({ err: error }, 'stopping failed'),
  );
  await primary.start();
}

/** Serves in this process: alone, or as one of several workers. */
async function serve(config: ProductionConfig, log: Logger, worker: WorkerProcess | null) {
  const { MIGRATE_DATABASE_URL: migrateUrl } = config;
  const stopping = new AbortController();
  const { TRUSTED_DOCUMENTS_FILE: file } = config;
  const documents = file === undefined ? new Map() : await readDocumentsFile(file);
  const { store, folder } = await openStore(config, systemClock);
  const starting = startGateway({
    log,
    signal: stopping.signal,
    host: config.HOST,
    port: config.PORT,
    corsOrigins: config.CORS_ORIGINS,
    limits: serverLimitsOf(config),
    stopDelay: config.STOP_DELAY * 1_000,
    federation: config.FEDERATION,
    budget: { ...budgetOf(config), source: worker?.source ?? null, processes: config.WORKERS },
    introspection: config.INTROSPECTION,
    metrics: worker ? worker.observe : metricsAddressOf(config),
    traces: traceSettingsOf(config),
    trust: { mode: config.TRUSTED_DOCUMENTS, documents },
    databaseUrl: config.DATABASE_URL,
    services: { clock: systemClock, settings: settingsOf(config), store, webhooks: webhookSettingsOf(config) },
    poolSize: config.DATABASE_POOL_SIZE,
    readUrls: config.DATABASE_READ_URLS,
    ...fastPathOf(config),
    routes: [
      ...(folder ? [objectsRoute(folder, config.CORS_ORIGINS)] : []),
      ...(config.GRAPHIQL ? [createPages({ endpoint: GRAPHQL, demo: null, showsSchema: mayAllIntrospect(config.INTROSPECTION) })] : []),
    ],
    tokens: {
      issuer: config.OIDC_ISSUER,
      audience: config.OIDC_AUDIENCE,
      algorithms: config.OIDC_ALGORITHMS,
      tenantClaim: config.OIDC_TENANT_CLAIM,
      staffClaim: config.OIDC_STAFF_CLAIM,
      clockSkew: config.OIDC_CLOCK_SKEW,
      keys: config.OIDC_JWKS_URI === undefined ? undefined : { uri: config.OIDC_JWKS_URI },
    },
    ...(migrateUrl && {
      prepare: () => migrate({ url: migrateUrl, runtime: runtimeRole(config.DATABASE_URL), onProgress: line => log.info(line) }),
    }),
  });
  const stop = async () => {
    stopping.abort();
    await (await starting.catch(() => null))?.stop();
  };
  const stopNow = stopOnSignal(stop, error => log.error({ err: error }, 'stopping failed'));
  worker?.onStop(stopNow);
  const running = await starting.catch(error => {
    if (!stopping.signal.aborted) throw error;
    return null;
  });
  if (running) await worker?.serving(running.url);
}
