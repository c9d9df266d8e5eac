import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createKey, signed, startIssuer } from '../../test/http/auth/oidc.ts';
import { startMailServer } from '../../test/support/mail-server.ts';
import { BUCKET, KEYS, startS3 } from '../../test/support/s3-server.ts';
import { ROOT } from '../docs/markdown.ts';
import { adapt, blocks, commandsOf, type Place } from './first-hour/commands.ts';
import { createShell, type Process } from './first-hour/shell.ts';

/**
 * `npm run drill:first-hour`, after `npm run build`: an operator's first hour, by the commands of
 * docs/deploy.md, operations.md, upgrade.md and backup.md alone. They are read from the pages; only
 * folders, addresses and ports are this machine's. Needs its PostgreSQL, with its programs.
 */
const CLUSTER = 'postgresql://postgres@127.0.0.1:5432';
const ORDER = [
  ...['assemble', 'database', 'settings', 'migrate', 'doctor', 'start', 'worker', 'request', 'metrics'],
  ...['upgrade', 'replace', 'backup', 'roles', 'restore', 'verify'],
] as const;
type Step = (typeof ORDER)[number];

const say = (line: string) => process.stdout.write(`${line}\n`);
const id = `ipto_hour_${randomBytes(4).toString('hex')}`;
const home = await mkdtemp(join(tmpdir(), 'ipto-first-hour-'));
const stops: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
const processes = new Map<Step, Process>();
const begun = Date.now();

async function sql(database: string, ...statements: string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: `${CLUSTER}/${database}` });
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** The neighbours of an installation, and what the pages' names are here. */
async function prepare(): Promise<{ readonly place: Place; readonly token: string }> {
  const [issuer, mail, s3, key] = await Promise.all([
    startIssuer(),
    startMailServer(),
    startS3({ now: () => new Date() }),
    createKey('ES256'),
  ]);
  issuer.state.keys = [key];
  stops.push(issuer.close, mail.stop, s3.stop);
  const [gateway, metrics, workerMetrics, next, nextMetrics] = await Promise.all(Array.from({ length: 5 }, freePort));
  const claims = { ...issuer.claims(), aud: 'ipto', email: 'ada@people.example', email_verified: true };
  return {
    token: await signed(key, claims),
    place: {
      folders: { app: join(home, 'app'), next: join(home, 'next'), home },
      ...{ cluster: CLUSTER, database: id, restored: `${id}_restored`, role: `${id}_role` },
      ...{ issuer: issuer.issuer, mail: mail.url },
      s3: {
        ...{ S3_BUCKET: BUCKET, S3_ENDPOINT: s3.url, S3_PATH_STYLE: 'true' },
        ...{ S3_ACCESS_KEY_ID: KEYS.accessKeyId, S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      },
      ports: { gateway: gateway!, metrics: metrics!, workerMetrics: workerMetrics!, next: next!, nextMetrics: nextMetrics! },
    },
  };
}

/** The folder of a next version: this one, with a migration more that only expands. */
async function makeNext({ app, next }: Place['folders']): Promise<void> {
  execFileSync('cp', ['-al', app, next]);
  const migration = join(next, 'prisma/migrations/99991231235959_next');
  await mkdir(migration);
  await writeFile(join(migration, 'migration.sql'), 'ALTER TABLE tenant ADD COLUMN of_next text;\n');
}

function expectText(step: Step, text: string, ...parts: readonly string[]): void {
  const missing = parts.filter(part => !text.includes(part));
  if (missing.length) throw new Error(`${step}: ${missing.join(', ')} is missing in\n${text}`);
}

async function run(): Promise<void> {
  const missing = [...ORDER.filter(step => !blocks.has(step)), ...[...blocks.keys()].filter(name => !ORDER.includes(name as Step))];
  if (missing.length) throw new Error(`the pages and this script differ in ${missing.join(', ')}`);
  const { place, token } = await prepare();
  const shell = createShell(home, { TOKEN: token, NODE_ENV: 'production' });
  let commands = 0;
  const told = (step: Step) => {
    const count = commandsOf(blocks.get(step)!).length;
    commands += count;
    say(`${step}: ${count} command${count === 1 ? '' : 's'}, at ${Math.round((Date.now() - begun) / 1_000)} s`);
  };
  const adapted = (step: Step) => adapt(step, blocks.get(step)!, place);
  const does = async (step: Step, ...parts: readonly string[]) => {
    expectText(step, await shell.run(step, adapted(step), step === 'assemble' ? ROOT : undefined), ...parts);
    told(step);
  };
  const starts = async (step: Step, until: string) => {
    processes.set(step, await shell.start(step, adapted(step), until));
    told(step);
  };
  const signUp = (name: string, port: number) =>
    shell.run('a request', adapted('request').replace('Analytical Engines', name).replaceAll(String(place.ports.gateway), String(port)));

  for (const step of ['assemble', 'database', 'settings', 'migrate', 'doctor'] as const) await does(step);
  await starts('start', '"msg":"serving"');
  await starts('worker', '"msg":"working"');
  await does('request', '"status":"ACTIVE"');
  await does('metrics', 'ipto_operations_total', '"migrations"');

  await makeNext(place.folders);
  await does('upgrade');
  expectText('upgrade', await signUp('Old Engines', place.ports.gateway), '"status":"ACTIVE"');
  await starts('replace', '"msg":"serving"');
  await stop('start');
  expectText('replace', await signUp('New Engines', place.ports.next), '"status":"ACTIVE"');

  const tenants = 'SELECT slug, status FROM tenant ORDER BY slug';
  const before = await sql(place.database, tenants);
  await does('backup');
  for (const step of [...processes.keys()].toReversed()) await stop(step);
  await sql('postgres', `DROP DATABASE ${place.database} WITH (FORCE)`, `DROP OWNED BY ${place.role}`, `DROP ROLE ${place.role}`);
  // what runs now is the version that the backup is of
  for (const step of ['roles', 'restore', 'verify'] as const) await does(step);
  const after = await sql(place.restored, tenants);
  if (before.length !== 3 || JSON.stringify(after) !== JSON.stringify(before)) throw new Error('the restored tenants differ');
  say(`first hour: ${commands} commands of 4 pages, ${before.length} tenants restored, ${Math.round((Date.now() - begun) / 1_000)} s`);
}

async function stop(step: Step): Promise<void> {
  const running = processes.get(step);
  processes.delete(step);
  await running?.stop();
}

async function cleanUp(): Promise<void> {
  for (const step of [...processes.keys()].toReversed()) await stop(step);
  for (const database of [id, `${id}_scratch`, `${id}_restored`]) await sql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await sql('postgres', `DROP ROLE IF EXISTS ${id}_role`);
}

const isLocal = await sql('postgres', 'SELECT 1').then(
  () => true,
  () => false,
);
if (!existsSync(join(ROOT, 'dist/cli.js'))) throw new Error('npm run build');
if (!isLocal) say('first hour: skipped, because no PostgreSQL answers at 127.0.0.1:5432 to the user postgres');
else
  try {
    stops.push(cleanUp);
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    for (const each of stops.toReversed()) await each().catch(error => process.stderr.write(`${error.message}\n`));
  }
