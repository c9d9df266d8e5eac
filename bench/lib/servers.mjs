import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AUDIENCE, ISSUER } from './issuer.mjs';

const file = path => fileURLToPath(new URL(path, import.meta.url));

/**
 * The compared servers: the gateway as it is deployed, its peers, and the limit. `dialect` chooses
 * the documents (lib/documents.mjs).
 */
export const SERVERS = {
  ours: { title: 'IPTO gateway', dialect: 'ours', args: [file('../../dist/cli.js'), 'start'] },
  postgraphile: { title: 'PostGraphile 5', dialect: 'postgraphile', args: [file('../servers/postgraphile.mjs')] },
  apollo: {
    title: 'Apollo Server 5, shield, Prisma',
    dialect: 'plain',
    args: ['--disable-warning=ExperimentalWarning', file('../servers/apollo.mjs')],
  },
  mercurius: { title: 'Mercurius, loaders, JIT', dialect: 'plain', args: [file('../servers/mercurius.mjs')] },
  limit: { title: 'the limit: one statement, bare node:http', dialect: 'plain', args: [file('../servers/limit.mjs')] },
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a server under the Node that runs the bench, and waits until it answers. `env` has more
 * settings, and `cli` is the command line of another build of the gateway.
 *
 * @throws when it ends or doesn't answer within a minute, with what it last wrote.
 */
export async function startServer(name, { databaseUrl, jwksUri, tokenCache, env: more = {}, cli }) {
  const { args: usual, dialect, title } = SERVERS[name];
  const args = cli ? [cli, 'start'] : usual;
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: 'production',
    GRAPHILE_ENV: 'production',
    PORT: String(port),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '10',
    OIDC_ISSUER: ISSUER,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_JWKS_URI: jwksUri,
    // The gateway requires a store for objects; no workload uses it.
    STORE_DIRECTORY: path.join(tmpdir(), 'ipto-bench-objects'),
    STORE_SECRET: randomBytes(32).toString('hex'),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    TOKEN_CACHE: tokenCache ? '1' : '0',
    ...more,
  };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said = (said + text).slice(-4_000)));
  child.on('exit', (code, signal) => (said += `\n(ended: ${signal ?? code})`));
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(10_000, null, { ref: false }).then(() => child.kill('SIGKILL'))]);
  };
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    }).catch(() => null);
    const ready = answer && answer.status !== 503;
    await answer?.arrayBuffer();
    if (ready) return { name, title, dialect, url, port, pid: child.pid, said: () => said, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`${title} did not start:\n${said}`);
}

/** Sends one request. Returns the status and the body. */
export async function askOnce({ url }, { headers, body }) {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: AbortSignal.timeout(30_000) });
  return { status: response.status, answer: await response.json() };
}
