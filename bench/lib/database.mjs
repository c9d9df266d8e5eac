import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../../dist/database/admin/migrate.js';
import { startEmbedded } from '../../dist/demo/postgres/embedded.js';
import { ISSUER } from './issuer.mjs';

const sql = name => readFile(new URL(`../sql/${name}`, import.meta.url), 'utf8');
const withDatabase = (url, name) => Object.assign(new URL(url), { pathname: `/${name}` }).href;

async function cluster(say) {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => {} };
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-bench-'));
  const embedded = await startEmbedded({ directory, onProgress: say });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Creates the bench's database, migrated and filled, on an embedded PostgreSQL or on the one of
 * DATABASE_URL (a superuser's).
 *
 * @param size numbers of tenants, people, members and datasets per tenant, usage records, audit
 * events per tenant.
 */
export async function startDatabase({ events = 0, ...others }, say) {
  const size = { ...others, events };
  const { url, stop } = await cluster(say);
  const name = `ipto_bench_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const ask = async (of, text) => {
    const client = new pg.Client({ connectionString: of });
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  const discard = async () => {
    await ask(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await ask(url, `DROP ROLE IF EXISTS ${name}`);
    await stop();
  };
  try {
    await ask(url, `CREATE DATABASE ${name}`);
    const own = withDatabase(url, name);
    say('Migrating');
    await migrate({ url: own, runtime: { name, password } });
    say(
      `Making ${Object.entries(size)
        .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
        .join(', ')}`,
    );
    const settings = Object.entries(size).map(([what, count]) => `SET bench.${what} = ${Number(count)};`);
    await ask(own, `${settings.join('\n')} SET bench.issuer = '${ISSUER}';\n${await sql('data.sql')}`);
    await ask(own, (await sql('peers.sql')).replaceAll(':runtime', name));
    await ask(own, 'VACUUM (ANALYZE)');
    const admin = new pg.Client({ connectionString: own, application_name: 'bench-admin' });
    await admin.connect();
    const served = Object.assign(new URL(own), { username: name, password }).href;
    return { url: served, name, admin, stop: () => admin.end().then(discard) };
  } catch (error) {
    await discard();
    throw error;
  }
}
