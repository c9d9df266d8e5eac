import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Introspection } from '../access/introspection.ts';
import { migrate } from '../database/admin/migrate.ts';
import { openDatabase } from '../database/index.ts';
import { SETTINGS, type Settings, systemClock } from '../domain/core/services.ts';
import type { Manifest } from '../domain/trusted-document/manifest.ts';
import type { WebhookSettings } from '../domain/webhook/secret-keys.ts';
import { objectsRoute } from '../http/routes/objects.ts';
import { type RunningWorker, startWorker } from '../jobs/worker.ts';
import { folderMail } from '../mail/folder.ts';
import { type Running, type StartOptions, startGateway } from '../main.ts';
import { filesIn } from '../store/files.ts';
import { type FolderStore, folderStore } from '../store/folder.ts';
import { webhookSender } from '../webhook/sender.ts';
import { type Home, openHome, reset } from './home.ts';
import { DEMO_AUDIENCE, DEMO_ISSUER, type Issuer, openIssuer } from './issuer.ts';
import { type EmbeddedDatabase, startEmbedded } from './postgres/embedded.ts';
import { demoRoutes } from './routes.ts';
import { seed } from './seed.ts';
import { openWebhooks } from './webhook-key.ts';

export type DemoOptions = {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  readonly log: Logger;
  /** The defaults when left out. */
  readonly settings?: Settings;
  readonly budget: StartOptions['budget'];
  /** Who may read the schema; everybody when left out. */
  readonly introspection?: Introspection;
  /** Trusted documents that every caller may send; all others run as well. */
  readonly documents?: Manifest;
  /** The port of metrics, and where spans go. */
  readonly metrics?: StartOptions['metrics'];
  readonly traces?: StartOptions['traces'];
  /** Whether to start with an empty folder. */
  readonly reset: boolean;
  readonly onProgress: (step: string) => void;
};

export type Demo = Running & {
  readonly issuer: Issuer;
  /** The folder of sent messages. */
  readonly mailbox: string;
};

/** Pages that are developed on this machine may call the demo, on whatever port they are served. */
const DEVELOPED_HERE = ['http://localhost:*', 'http://127.0.0.1:*'];

/** The gateway's role in the demo. */
const ROLE = 'ipto_gateway';

/**
 * The whole product on one machine: its own PostgreSQL, its own token issuer, six tenants and their
 * people.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { directory, onProgress, reset: startOver, settings = SETTINGS, documents = new Map(), ...server } = options;
  const home = await openHome(directory);
  if (startOver) await reset(home);
  const issuer = await openIssuer(home);
  const webhooks = await openWebhooks(home);
  const embedded = await startEmbedded({ directory: home.database, onProgress });
  try {
    const { databaseUrl } = await prepared(embedded, home, onProgress);
    const at = { url: '' };
    const store = storeIn(home, at);
    const corsOrigins = [...DEVELOPED_HERE, ...server.corsOrigins];
    const running = await startGateway({
      introspection: 'all',
      ...server,
      corsOrigins,
      trust: { mode: 'off', documents },
      databaseUrl,
      services: { clock: systemClock, settings, store, webhooks },
      tokens: tokensOf(issuer),
      routes: [objectsRoute(store, corsOrigins), ...demoRoutes(issuer, home, { host: server.host, corsOrigins })],
    });
    at.url = running.url;
    const worker = await startJobs(databaseUrl, home, { at: running.url, store, webhooks }, server.log).catch(async error => {
      await running.stop();
      throw error;
    });
    await writeFile(home.address, running.url);
    return {
      ...running,
      issuer,
      mailbox: home.mailbox,
      stop: async () => {
        await rm(home.address, { force: true });
        await worker.stop();
        await running.stop().finally(embedded.stop);
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** The demo's object store. Links are valid until it stops, so their secret needn't be stored. */
const storeIn = ({ objects: directory }: Home, at: { readonly url: string }): FolderStore =>
  folderStore({ directory, secret: randomBytes(32).toString('base64url'), url: () => at.url, clock: systemClock });

/** Runs the jobs in this process. Messages are written to a folder. */
async function startJobs(
  url: string,
  home: Home,
  { at, store, webhooks: { keys, allowLoopback } }: { at: string; store: FolderStore; webhooks: WebhookSettings },
  log: Logger,
): Promise<RunningWorker> {
  const database = openDatabase(url, { poolSize: 3 });
  const mail = folderMail(home.mailbox, 'IPTO <no-reply@ipto.example>');
  const dependencies = { clock: systemClock, mail, acceptUrl: `${at}/graphql#{code}`, store };
  const webhooks = keys ? { keys, sender: webhookSender({ allowLoopback }), concurrency: 4 } : undefined;
  const worker = await startWorker({ database, url, dependencies, webhooks, log });
  return {
    stop: async () => {
      await worker.stop();
      await database.close();
    },
  };
}

const tokensOf = ({ jwks }: Issuer) => ({
  issuer: DEMO_ISSUER,
  audience: DEMO_AUDIENCE,
  algorithms: ['ES256'],
  tenantClaim: 'tenant',
  staffClaim: 'ipto_staff',
  clockSkew: 5,
  keys: jwks,
});

async function prepared(
  { url }: EmbeddedDatabase,
  { objects }: Home,
  onProgress: (step: string) => void,
): Promise<{ databaseUrl: string }> {
  const password = randomBytes(24).toString('base64url');
  onProgress('Applying migrations');
  await migrate({ url, runtime: { name: ROLE, password }, onProgress });
  await setPassword(url, password);
  if (await seed(url, filesIn(objects))) onProgress('Seeding tenants, people, datasets and purchases');
  const databaseUrl = new URL(url);
  databaseUrl.username = ROLE;
  databaseUrl.password = password;
  return { databaseUrl: databaseUrl.href };
}

/** Sets a new password at each start, so that it needn't be stored. */
async function setPassword(url: string, password: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`ALTER ROLE ${ROLE} PASSWORD ${pg.escapeLiteral(password)}`).finally(() => client.end());
}
